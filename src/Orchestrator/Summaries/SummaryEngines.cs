namespace Pylon.Orchestrator.Summaries;

/// <summary>The writers of summaries as the database names them.</summary>
internal static class SummaryEngines
{
    public const string BuiltIn = "BUILT_IN";
    public const string Gemini = "GEMINI";
    public const string BuiltInFallback = "BUILT_IN_FALLBACK";
}

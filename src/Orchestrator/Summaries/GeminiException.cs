namespace Pylon.Orchestrator.Summaries;

/// <summary>The language model gave no text. Never a reason to fail a workload.</summary>
internal sealed class GeminiException(string message) : Exception(message);

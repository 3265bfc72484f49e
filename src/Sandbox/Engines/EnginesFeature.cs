namespace Pylon.Sandbox.Engines;

/// <summary>The external engines of Insights.</summary>
internal static class EnginesFeature
{
    public static void MapEngines(this WebApplication app)
    {
        MlEngine.Map(app);
        RagService.Map(app);
    }
}

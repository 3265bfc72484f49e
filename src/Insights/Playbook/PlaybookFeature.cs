namespace Pylon.Insights.Playbook;

internal static class PlaybookFeature
{
    /// <summary>The playbook; a wrong one stops the start.</summary>
    public static IServiceCollection AddPlaybook(this IServiceCollection services) => services.AddSingleton(MeasureBook.Load());
}

using Pylon.Conductor.Pipelines;

namespace Pylon.Conductor.DeadLetters;

internal static class DeadLettersFeature
{
    /// <summary>Dead letters in PostgreSQL and on the dead-letter streams.</summary>
    public static IServiceCollection AddDeadLetters(this IServiceCollection services) => services
        .AddSingleton<DeadLetterStore>()
        .AddSingleton<DeadLetterBox>()
        .AddSingleton<IFailedResolutions>(provider => provider.GetRequiredService<DeadLetterBox>());
}

using Pylon.Conductor.Batches;

namespace Pylon.Conductor.Journals;

internal static class JournalsFeature
{
    /// <summary>The durable copy of batches in PostgreSQL.</summary>
    public static IServiceCollection AddJournals(this IServiceCollection services) => services
        .AddSingleton<BatchStore>()
        .AddSingleton<OwnerStore>()
        .AddSingleton<IBatchOwners>(provider => provider.GetRequiredService<OwnerStore>())
        .AddSingleton<Journal>()
        .AddHostedService(provider => provider.GetRequiredService<Journal>());
}

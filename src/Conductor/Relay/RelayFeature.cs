namespace Pylon.Conductor.Relay;

internal static class RelayFeature
{
    /// <summary>Publishes the events of the outboxes.</summary>
    public static IServiceCollection AddRelay(this IServiceCollection services) => services
        .AddSingleton<OutboxRelay>()
        .AddHostedService(provider => provider.GetRequiredService<OutboxRelay>());
}

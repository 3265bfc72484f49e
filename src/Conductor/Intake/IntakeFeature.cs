namespace Pylon.Conductor.Intake;

internal static class IntakeFeature
{
    /// <summary>Consumes completion events.</summary>
    public static IServiceCollection AddIntake(this IServiceCollection services) => services.AddHostedService<IntakeWorker>();
}

namespace Pylon.Worker;

/// <summary>What a worker is told when it starts.</summary>
/// <param name="Name">Unique among the workers.</param>
/// <param name="Zones">The grid zones that its machine is in.</param>
/// <param name="JobsFile">The jobs that it runs.</param>
/// <param name="Directory">Its files: the output of jobs and their working directories.</param>
/// <param name="Slots">Parts that run at a time.</param>
/// <param name="Grace">How long the parts in progress may run on when it is stopped; then they are handed back.</param>
/// <param name="Watts">Of a busy core, where the machine has no power counter.</param>
/// <param name="Pue">What the data centre draws for each kWh of its computers.</param>
public sealed record WorkerSettings(
    string Name, IReadOnlyList<string> Zones, string JobsFile, string Directory, int Slots, TimeSpan Grace, double Watts, double Pue)
{
    /// <summary>The jobs that come with Pylon.</summary>
    public static string ShippedJobs => Path.Combine(AppContext.BaseDirectory, "Shipped", "jobs.json");
}

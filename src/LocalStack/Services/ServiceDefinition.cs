namespace Pylon.LocalStack.Services;

/// <summary>A service of the stack: its project under src, and the ports that it prefers.</summary>
/// <param name="Name">The word for it in messages and file names.</param>
/// <param name="Project">The folder under src.</param>
/// <param name="GrpcPort">h2c, or null when it has no gRPC.</param>
/// <param name="HttpPort">HTTP/1.1, with <c>/health</c>.</param>
public sealed record ServiceDefinition(string Name, string Project, int? GrpcPort, int HttpPort)
{
    /// <summary>Simulates the provider and the sources.</summary>
    public static readonly ServiceDefinition Sandbox = new("sandbox", "Sandbox", null, 5300);

    /// <summary>Reads the grid data.</summary>
    public static readonly ServiceDefinition Ingestion = new("ingestion", "Ingestion", 5101, 5201);

    /// <summary>Says which phases a batch still has to go through.</summary>
    public static readonly ServiceDefinition Conductor = new("conductor", "Conductor", 4002, 4003);

    /// <summary>Takes workloads through their flow.</summary>
    public static readonly ServiceDefinition Orchestrator = new("orchestrator", "Orchestrator", 5102, 5202);

    /// <summary>Watches emissions.</summary>
    public static readonly ServiceDefinition Insights = new("insights", "Insights", 5104, 5204);

    /// <summary>The one public address.</summary>
    public static readonly ServiceDefinition Gateway = new("gateway", "Gateway", 8081, 8080);

    /// <summary>All of them, callees before callers.</summary>
    public static readonly IReadOnlyList<ServiceDefinition> All = [Sandbox, Ingestion, Conductor, Orchestrator, Insights, Gateway];

    /// <summary>More of each, for a stack that goes on while one of them is stopped: with those of <see cref="All"/> four Orchestrators, and two of every other service.</summary>
    public static readonly IReadOnlyList<ServiceDefinition> Fleet =
    [
        Ingestion.Replica(2), Conductor.Replica(2), Orchestrator.Replica(2), Orchestrator.Replica(3), Orchestrator.Replica(4), Insights.Replica(2), Gateway.Replica(2),
    ];

    /// <summary>True for the name of one of its processes: <c>orchestrator</c>, <c>orchestrator-2</c> and so on.</summary>
    public bool Runs(string process)
    {
        ArgumentNullException.ThrowIfNull(process);
        return process == Name || process.StartsWith(Name + "-", StringComparison.Ordinal);
    }

    /// <summary>Another process of the same service, <c>orchestrator-2</c> for example.</summary>
    public ServiceDefinition Replica(int number) => this with { Name = $"{Name}-{number}" };
}

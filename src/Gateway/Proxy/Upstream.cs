namespace Pylon.Gateway.Proxy;

/// <summary>A process behind the gateway: the proto package that it serves and the setting that says where it is.</summary>
internal sealed record Upstream(string Name, string Package, string Setting, string DefaultAddress)
{
    /// <summary>The one table of who serves what; a package that is not in it is served by the gateway itself.</summary>
    public static IReadOnlyList<Upstream> Table { get; } =
    [
        new("ingestion", "pylon.ingestion.v1", "PYLON_INGESTION", "http://127.0.0.1:5101"),
        new("orchestrator", "pylon.orchestrator.v1", "PYLON_ORCHESTRATOR", "http://127.0.0.1:5102"),
        new("conductor", "pylon.conductor.v1", "PYLON_CONDUCTOR", "http://127.0.0.1:4002"),
        new("insights", "pylon.insights.v1", "PYLON_INSIGHTS", "http://127.0.0.1:5104"),
    ];

    /// <summary>Null for a service of the gateway's own.</summary>
    public static Upstream? Of(ServiceDescriptor service) =>
        Table.FirstOrDefault(upstream => string.Equals(upstream.Package, service.File.Package, StringComparison.Ordinal));
}

namespace Pylon.Sandbox.Bpp.Protocol;

/// <summary>Names fixed by the domain: Beckn v2 (first wire generation), DEG compute-energy.</summary>
internal static class Schema
{
    public const string Version = "2.0.0";
    public const string Domain = "beckn.one:DEG:compute-energy:1.0";
    public const string Ttl = "PT30S";

    private const string Root = "https://raw.githubusercontent.com/beckn/protocol-specifications-new/refs/heads/draft/schema/";
    public const string Core = Root + "core/v2/context.jsonld";
    public const string ComputeEnergy = Root + "ComputeEnergy/v1/context.jsonld";
}

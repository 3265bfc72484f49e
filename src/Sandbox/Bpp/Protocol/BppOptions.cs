namespace Pylon.Sandbox.Bpp.Protocol;

/// <summary>Settings of the provider, from the environment.</summary>
internal sealed record BppOptions(string BppId, bool Sync, bool FreshMessageIds, bool CamelCase, string? Catalog)
{
    public static BppOptions Read(IConfiguration settings) => new(
        settings["BPP_ID"] is { Length: > 0 } id ? id : "sandbox.pylon.local",
        settings["SANDBOX_BPP_STYLE"] switch
        {
            null or "" or "async" => false,
            "sync" => true,
            var other => throw new InvalidOperationException($"SANDBOX_BPP_STYLE is '{other}': must be sync or async"),
        },
        settings["SANDBOX_FRESH_MESSAGE_IDS"] switch
        {
            null or "" or "false" => false,
            "true" => true,
            var other => throw new InvalidOperationException($"SANDBOX_FRESH_MESSAGE_IDS is '{other}': must be true or false"),
        },
        settings["SANDBOX_BPP_SPELLING"] switch
        {
            null or "" or "snake" => false,
            "camel" => true,
            var other => throw new InvalidOperationException($"SANDBOX_BPP_SPELLING is '{other}': must be snake or camel"),
        },
        settings["SANDBOX_CATALOG"] is { Length: > 0 } catalog ? catalog : null);
}

using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace Pylon.ServiceDefaults.Configuration;

/// <summary>
/// The one table of the short setting names, those of the systems that Pylon replaces. A feature reads
/// <c>Section:Key</c>; both spellings work, and <c>Section__Key</c> in the environment or on the command line wins.
/// </summary>
internal static class SettingAliases
{
    public static IReadOnlyList<SettingAlias> Table { get; } =
    [
        new("PYLON_INTERNAL_KEY", "Access:InternalKey"),
        new("PYLON_INTERNAL_KEY_FILE", "Access:InternalKeyFile"),
        new("PYLON_BOOTSTRAP_KEY", "Access:BootstrapKey"),
        new("PYLON_BOOTSTRAP_KEY_FILE", "Access:BootstrapKeyFile"),
        new("PYLON_DRAIN", "Drain:Delay", Seconds),
        new("PYLON_JWT_ISSUER", "Jwt:Issuer"),
        new("PYLON_JWT_AUDIENCE", "Jwt:Audience"),
        new("PYLON_JWT_JWKS", "Jwt:Jwks"),
        new("BPP_BASE_URL", "Bpp:BaseUrl"),
        new("BPP_ID", "Bpp:Id"),
        new("BAP_ID", "Bpp:BapId"),
        new("BAP_URI", "Bpp:BapUri"),
        new("BECKN_PRIVATE_KEY", "Signing:PrivateKey"),
        new("BECKN_KEY_FILE", "Signing:KeyFile"),
        new("BECKN_KEY_ID", "Signing:KeyId"),
        new("BECKN_REGISTRY_URL", "BecknRegistry:Url"),
        new("BECKN_REGISTRY_FORM", "BecknRegistry:Form"),
        new("BPP_POLL_INTERVAL", "Bpp:PollInterval", Seconds),
        new("MAX_WORKLOADS_PER_CYCLE", "Bpp:MaxWorkloadsPerCycle"),
        new("GEMINI_API_KEY", "Gemini:ApiKey"),
        new("GEMINI_BASE_URL", "Gemini:BaseUrl"),
        new("GEMINI_MODEL", "Gemini:Model"),
        new("PYLON_SYNTHETIC_WORLD", "SyntheticWorld:Enabled", OnOff),
        new("PYLON_SYNTHETIC_SEED", "SyntheticWorld:Seed"),
        new("ML_ENGINE_URL", "MlEngine:BaseUrl"),
        new("RAG_SERVICE_URL", "RagService:BaseUrl"),
        new("HOTSPOT_CHECK_INTERVAL", "Hotspots:CheckInterval", Seconds),
        new("HOTSPOT_BASIS", "Hotspots:Basis"),
        new("THRESHOLD_INFO", "Hotspots:ThresholdInfo"),
        new("THRESHOLD_WARN", "Hotspots:ThresholdWarn"),
        new("THRESHOLD_CRITICAL", "Hotspots:ThresholdCritical"),
        new("BASELINE_RECALC_INTERVAL", "Baselines:RecalcInterval", Seconds),
        new("BCS_CATALOGUE", "Conductor:Catalogue"),
        new("BCS_USE_MOCK_REPOSITORY", "Conductor:UseMockRepository"),
        new("BCS_REDIS_TTL_SECONDS", "Conductor:StateTtl", Seconds),
        new("BCS_REDIS_URL", "PYLON_REDIS", RedisAddress),
        new("EVENT_STREAM", "EventStream:Kind"),
        new("BCS_KAFKA_BOOTSTRAP_SERVERS", "Kafka:BootstrapServers"),
        new("BCS_HTTP_PORT", ListenOptions.HttpPortSetting, Service: "conductor"),
        new("BCS_HTTP_HOST", ListenOptions.BindSetting, Service: "conductor"),
        new("BCS_LOG_LEVEL", "Logging:LogLevel:Pylon.Conductor", LogLevelName),
        new("PYLON_TRUSTED_PROXIES", "Edge:TrustedProxies"),
        new("LOG_LEVEL", "Logging:LogLevel:Default", LogLevelName),
    ];

    /// <summary>Settings of the replaced systems that change nothing. They do not stop the start, so an old environment file works.</summary>
    public static IReadOnlyList<IdleSetting> Idle { get; } =
    [
        new("BCS_HTTP_TIMEOUT", "conductor", "the Conductor makes no HTTP calls; calls to Redis are bounded by Conductor__CallBound"),
        new("BCS_ENVIRONMENT", "conductor", "the Conductor is the same in every environment; BCS_USE_MOCK_REPOSITORY runs it without servers"),
        new("BCS_KAFKA_BOOTSTRAP_SERVERS", "conductor", "events are streams of the Redis of PYLON_REDIS, pylon:events:<topic>, while EVENT_STREAM is not kafka", ("EventStream:Kind", "kafka")),
        new("SUPABASE_URL", "insights", "the events, hotspots and recommendations are in the PostgreSQL of PYLON_POSTGRES"),
        new("SUPABASE_SERVICE_KEY", "insights", "no Supabase is called, so its key is not needed; take it out of the environment"),
        new("DATA_CORE_URL", "insights", "events are sent to POST /api/v1/emission-events:record or imported from files; no other service is asked for them"),
        new("API_HOST", "gateway", "the Gateway listens on the address of PYLON_BIND, with API_PORT too"),
        new("Conductor:StatePath", "conductor", "the Conductor makes every change of a batch with a script in Redis"),
        new("Conductor:MaxAttempts", "conductor", "a script in Redis has no conflicts and no attempts"),
        new("Conductor:ConflictPause", "conductor", "a script in Redis has no conflicts"),
        new("Conductor:TransactionConnections", "conductor", "the Conductor makes no transactions in Redis"),
    ];

    /// <summary>How a person may have spelled the setting behind a configuration key, shortest first.</summary>
    public static string NameOf(string key) => Table.FirstOrDefault(a => a.Service is null && a.Key.Equals(key, StringComparison.OrdinalIgnoreCase))?.Name ?? key.Replace(":", "__");

    /// <summary>True for a key whose short name takes seconds.</summary>
    public static bool TakesSeconds(string key) => Table.Any(a => a.Convert == Seconds && a.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>Puts the aliases that are set just below the environment: above the files, below the full spelling.</summary>
    public static void Apply(IConfigurationManager configuration, string service)
    {
        var values = Table.Where(alias => (alias.Service ?? service) == service && !string.IsNullOrEmpty(configuration[alias.Name]))
            .ToDictionary(alias => alias.Key, string? (alias) => alias.ValueOf(configuration[alias.Name]!.Trim()), StringComparer.OrdinalIgnoreCase);
        if (values.Count == 0)
            return;
        var environment = configuration.Sources.OfType<EnvironmentVariablesConfigurationSource>().LastOrDefault();
        var at = environment is null ? configuration.Sources.Count : configuration.Sources.IndexOf(environment);
        configuration.Sources.Insert(at, new MemoryConfigurationSource { InitialData = values });
    }

    // 10, 0.5 and 30s are seconds; anything else is left to the options' own parsing.
    private static string Seconds(string text) =>
        double.TryParse(text.EndsWith('s') ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture)
            : text;

    private static string OnOff(string text) => text.ToUpperInvariant() switch
    {
        "ON" => "true",
        "OFF" => "false",
        _ => text,
    };

    // redis://host:6379/0 in the notation of our client; what is not a URL is in it already.
    private static string RedisAddress(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss"))
            return text;
        var password = uri.UserInfo.Length > 0 ? $",password={Uri.UnescapeDataString(uri.UserInfo[(uri.UserInfo.IndexOf(':') + 1)..])}" : "";
        var database = uri.AbsolutePath.Trim('/') is { Length: > 0 } number ? $",defaultDatabase={number}" : "";
        var tls = uri.Scheme == "rediss" ? ",ssl=true" : "";
        return $"{uri.Host}:{(uri.Port > 0 ? uri.Port : 6379)}{database}{password}{tls}";
    }

    private static string LogLevelName(string text) => text.ToUpperInvariant() switch
    {
        "INFO" => "Information",
        "WARN" => "Warning",
        "FATAL" => "Critical",
        _ => text,
    };
}

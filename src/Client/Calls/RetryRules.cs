using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace Pylon.Client.Calls;

/// <summary>
/// Which calls are made again while a service is unavailable: all that their comments in the protos call safe to retry. One
/// with a request_id is made safe by <see cref="RequestIdInterceptor"/>.
/// </summary>
internal static class RetryRules
{
    /// <summary>The calls that are made once, by the names of their methods.</summary>
    public static readonly IReadOnlySet<string> Once = new HashSet<string>(StringComparer.Ordinal)
    {
        // The second answer says that there is nothing left to do.
        "DeleteDataCentre", "DeleteStorageAsset", "DeleteAgent", "ReplayWorkload", "ApproveRecommendation", "RejectRecommendation", "ImplementRecommendation", "FailWork",
        // The claims of a lost answer end with their lease.
        "ClaimWork",
        // Safe with an id that the caller may leave out: a correlation_id, an event_id.
        "DefinePipeline", "ReportPhase",
        // Each call makes another key.
        "CreateKey",
        // Resumes from its last position instead.
        "Subscribe",
    };

    /// <summary>The service config of a channel: at most so many attempts, with growing pauses and jitter, and none while most calls fail.</summary>
    public static ServiceConfig Config(IEnumerable<ServiceDescriptor> services, int maxAttempts)
    {
        var config = new ServiceConfig { RetryThrottling = new RetryThrottlingPolicy { MaxTokens = 1000, TokenRatio = 1 } };
        if (maxAttempts == 1)
            return config;
        var method = new MethodConfig { RetryPolicy = Policy(maxAttempts) };
        foreach (var rpc in services.SelectMany(service => service.Methods).Where(rpc => !Once.Contains(rpc.Name)))
            method.Names.Add(new MethodName { Service = rpc.Service.FullName, Method = rpc.Name });
        config.MethodConfigs.Add(method);
        return config;
    }

    private static RetryPolicy Policy(int maxAttempts) => new()
    {
        MaxAttempts = maxAttempts,
        InitialBackoff = TimeSpan.FromMilliseconds(100),
        MaxBackoff = TimeSpan.FromSeconds(2),
        BackoffMultiplier = 3,
        RetryableStatusCodes = { StatusCode.Unavailable },
    };
}

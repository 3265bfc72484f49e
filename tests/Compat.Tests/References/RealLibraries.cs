using Xunit;

namespace Pylon.Compat.Tests;

/// <summary>Which library leans on which of our assemblies. A new pair is one line here and a package reference.</summary>
internal static class RealLibraries
{
    public static TheoryData<string, string> AndWhatTheyLeanOn => new()
    {
        { "Grpc.AspNetCore.Server", "Grpc.Core.Api" },
        { "Grpc.AspNetCore.Server", "Grpc.Net.Common" },
        { "Grpc.Net.Client", "Grpc.Core.Api" },
        { "Grpc.Net.Client", "Grpc.Net.Common" },
        { "StackExchange.Redis", "Pipelines.Sockets.Unofficial" },
        { "StackExchange.Redis", "System.IO.Hashing" },
        { "Yarp.ReverseProxy", "System.IO.Hashing" },
    };

    /// <summary>
    /// No assembly at hand carries its public key, so ours is unsigned. The runtime does not hold the token against a
    /// reference; only the compiler does, and it meets this assembly in no signature that we write.
    /// </summary>
    public static bool IsUnsigned(string compat) => compat == "Pipelines.Sockets.Unofficial";

    public static TheoryData<string> Names =>
        new(AndWhatTheyLeanOn.Select(row => (string)row[0]).Distinct(StringComparer.Ordinal));

    public static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
}

using System.Diagnostics;
using Pylon.LocalStack.Machine;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>The programs themselves: in production each refuses to start, and names everything that is missing.</summary>
public sealed class StartInProductionTests
{
    private const string Caller = "PYLON_INTERNAL_KEY or PYLON_INTERNAL_KEY_FILE";
    private const string Registry = "BECKN_REGISTRY_URL";
    private const string Signer = "BECKN_KEY_FILE or BECKN_PRIVATE_KEY";

    public static TheoryData<string, string[]> Services => new()
    {
        { "Gateway", [Registry, "Cors__Origins", Caller, "PYLON_TLS_CERT or PYLON_TRUSTED_PROXIES"] },
        { "Orchestrator", [Signer, Registry, Caller] },
        { "Ingestion", [Signer, Caller] },
        { "Conductor", [Caller] },
        { "Insights", [Caller] },
    };

    [Theory]
    [MemberData(nameof(Services))]
    public async Task AServiceNamesWhatIsMissing(string service, string[] missing)
    {
        var (exit, errors) = await RunAsync(service);

        Assert.Equal(1, exit);
        Assert.Equal(missing.Order(StringComparer.Ordinal), errors.Select(line => line.Split(": is required in PYLON_ENVIRONMENT=Production")[0]).Order(StringComparer.Ordinal));
    }

    private static async Task<(int Exit, string[] Errors)> RunAsync(string service)
    {
        var start = new ProcessStartInfo("dotnet", [Checkout.Find().Program(service, TestProcess.Configuration)]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        var settings = new Dictionary<string, string>
        {
            ["PYLON_ENVIRONMENT"] = "Production",
            ["PYLON_HTTP_PORT"] = "0",
            ["PYLON_GRPC_PORT"] = "0",
            ["PYLON_POSTGRES"] = "postgresql://nobody@127.0.0.1:1/none",
            ["PYLON_REDIS"] = "127.0.0.1:1",
            ["PYLON_INGESTION"] = "http://127.0.0.1:1",
            ["PYLON_CONDUCTOR"] = "http://127.0.0.1:1",
            ["PYLON_ORCHESTRATOR"] = "http://127.0.0.1:1",
            ["PYLON_INSIGHTS"] = "http://127.0.0.1:1",
            ["BPP_BASE_URL"] = "https://bpp.example",
            ["BAP_URI"] = "https://pylon.example/beckn",
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().Within(TimeSpan.FromSeconds(60));
        await output;
        return (process.ExitCode, (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}

using Pylon.Cli.Connections;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.Cli.Commands;

/// <summary>Commands to paste, with the addresses of the stack, and the address of the page.</summary>
internal static class Hints
{
    public static void Write(Checkout checkout, IReadOnlyDictionary<string, string> variables)
    {
        if (!variables.TryGetValue("PYLON_URL", out var url))
            return;
        // Of several Gateways the first.
        var grpc = variables["PYLON_GRPC"].Split(',')[0];
        var home = Path.GetRelativePath(Directory.GetCurrentDirectory(), checkout.EnvFile);
        var isTls = url.StartsWith("https:", StringComparison.Ordinal);
        var authority = isTls ? Environment.GetEnvironmentVariable(GatewayAddress.CaVariable) : null;
        var (curl, grpcurl) = authority is { Length: > 0 } ? ($" --cacert {authority}", $" -cacert {authority}") : ("", isTls ? "" : " -plaintext");
        var key = variables.ContainsKey(AccessKeys.KeySetting) ? " -H \"x-api-key: $PYLON_API_KEY\"" : "";
        Console.WriteLine($"""

            Try
              REST     curl -s{curl} -X POST {url}/api/v1/workloads -d '{"{"}"workload_name": "My job"{"}"}' -H 'content-type: application/json'{key}
              events   curl -N{curl} {url}/beckn/broadcast{key}
              gRPC     buf curl{curl} --protocol grpc{(isTls ? "" : " --http2-prior-knowledge")}{key}{(key.Length > 0 ? " --reflect-header '*'" : "")} -d '{"{"}"workload_name": "My job"{"}"}' {grpc}/pylon.orchestrator.v1.WorkloadService/SubmitWorkload
                       grpcurl{grpcurl}{key} {new Uri(grpc).Authority} list
              SQL      psql {variables["PYLON_POSTGRES"]} -c "INSERT INTO compute_workloads (workload_name, status, bpp_processed) VALUES ('Test ML Training Job','queued',false);"
              here     ./pylon demo | watch | list | status | down
              shell    . {home}    sets {string.Join(", ", variables.Keys)}

            {Page(url)}{(key.Length > 0 ? "\nIt asks for a name, which may be any, and for the password, which is the key: PYLON_API_KEY of the shell." : "\nIt is open: nobody is asked for a key. PYLON_ACCESS=keys ./pylon up asks.")}
            """);
    }

    /// <summary>Where somebody who knows nothing yet begins; the last thing on the screen.</summary>
    internal static string Page(string url) => $"Open {url} in a browser: the page shows the grid, and where to submit a workload.";
}

using System.Text.RegularExpressions;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Door;

/// <summary>
/// grpc-gateway of Debian, built offline from its sources: its own generator makes the handlers of WorkloadService from our
/// protos, <c>bench/peers/grpc-gateway</c> starts them.
/// </summary>
internal static partial class GrpcGatewayDoor
{
    private const string Packages = "golang golang-google-grpc-dev golang-github-grpc-ecosystem-grpc-gateway-dev protobuf-compiler";
    private const string Sources = "/usr/share/gocode";
    private const string Gateway = "github.com/grpc-ecosystem/grpc-gateway";
    private const string Protobuf = "github.com/golang/protobuf";

    private static readonly string[] Protos = ["common/v1/recommendation", "common/v1/dead_letter", "orchestrator/v1/record_source", "orchestrator/v1/workload", "orchestrator/v1/workload_service"];

    // Where the Go code of what the protos import lies.
    private const string Imports =
        $"Mgoogle/protobuf/timestamp.proto={Protobuf}/ptypes/timestamp,Mgoogle/protobuf/duration.proto={Protobuf}/ptypes/duration,Mgoogle/api/annotations.proto=google.golang.org/genproto/googleapis/api/annotations";

    public static async Task<PeerProcess> StartAsync(BenchRun run, int servicePort, CancellationToken cancellationToken)
    {
        var program = await BuildAsync(run.Checkout, cancellationToken);
        return await PeerProcess.StartAsync(program, (_, port) => Task.FromResult<IReadOnlyList<string>>([$"127.0.0.1:{port}", $"127.0.0.1:{servicePort}"]), cancellationToken);
    }

    private static async Task<string> BuildAsync(Checkout checkout, CancellationToken cancellationToken)
    {
        var (go, protoc) = (PeerProcess.Program("go", Packages), PeerProcess.Program("protoc", Packages));
        if (!Directory.Exists($"{Sources}/src/{Gateway}") || !Directory.Exists($"{Sources}/src/google.golang.org/grpc"))
            throw new StackException($"the sources of grpc-gateway are not installed; on Debian: apt-get install {Packages}");
        var home = Path.Combine(checkout.Home, "bench", "grpc-gateway");
        var (code, protos) = (Directory.CreateDirectory(Path.Combine(home, "src")).FullName, Directory.CreateDirectory(Path.Combine(home, "protos")).FullName);
        foreach (var proto in Protos)
            await CopyAsync(Path.Combine(checkout.Root, "protos", "pylon", proto + ".proto"), Path.Combine(protos, "pylon", proto + ".proto"), Path.GetDirectoryName(proto)!, cancellationToken);
        var main = Directory.CreateDirectory(Path.Combine(code, "door"));
        File.Copy(Path.Combine(checkout.Root, "bench", "peers", "grpc-gateway", "main.go"), Path.Combine(main.FullName, "main.go"), overwrite: true);

        Dictionary<string, string?> environment = new()
        {
            ["GO111MODULE"] = "off",
            ["GOFLAGS"] = "",
            ["GOPATH"] = $"{home}:{Sources}",
            ["GOCACHE"] = Path.Combine(home, "cache"),
            ["PATH"] = $"{home}:{string.Join(':', Tools.SearchPath)}",
        };
        async Task RunAsync(string program, params IEnumerable<string> arguments)
        {
            var ran = await Tools.RunAsync(program, arguments, workingDirectory: home, environment: environment, cancellationToken: cancellationToken);
            if (!ran.Succeeded)
                throw new StackException($"grpc-gateway was not built: {ran.Output}");
        }

        await RunAsync(go, "build", "-o", "protoc-gen-go", $"{Protobuf}/protoc-gen-go");
        await RunAsync(go, "build", "-o", "protoc-gen-grpc-gateway", $"{Gateway}/protoc-gen-grpc-gateway");
        string[] include = ["-I", protos, "-I", Path.Combine(checkout.Root, "protos")];
        foreach (var package in Protos.GroupBy(Path.GetDirectoryName))
            await RunAsync(protoc, [.. include, $"--go_out=plugins=grpc,{Imports}:{code}", .. package.Select(proto => $"pylon/{proto}.proto")]);
        await RunAsync(protoc, [.. include, $"--grpc-gateway_out={Imports}:{code}", $"pylon/{Protos[^1]}.proto"]);
        await RunAsync(go, "build", "-o", "door", "door");
        return Path.Combine(home, "door");
    }

    // Debian's generator is older than "optional" in proto3; without it the messages are the same on the wire.
    private static async Task CopyAsync(string from, string to, string package, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        var text = Optional().Replace(await File.ReadAllTextAsync(from, cancellationToken), "${indent}");
        await File.WriteAllTextAsync(to, text.Replace("option csharp_namespace", $"option go_package = \"pylon/{package}\";\noption csharp_namespace", StringComparison.Ordinal), cancellationToken);
    }

    [GeneratedRegex(@"^(?<indent> +)optional ", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Optional();
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Services;

/// <summary>Builds the services when their sources have changed.</summary>
/// <remarks>
/// The local stack runs the Release build and the tests run the Debug build, so a test run never replaces the files of a
/// running stack.
/// </remarks>
public sealed class ServiceBuild(Checkout checkout, string configuration)
{
    private static readonly string[] Sources = ["src", "protos"];

    private string Stamp => Path.Combine(checkout.Home, $"build-{configuration}.stamp");

    /// <summary>Builds if needed; true when it did.</summary>
    public async Task<bool> RunAsync(IReadOnlyList<ServiceDefinition> services, IStackReporter reporter, CancellationToken cancellationToken)
    {
        var fingerprint = Fingerprint();
        var built = services.All(service => File.Exists(checkout.Program(service.Project, configuration)));
        if (built && File.Exists(Stamp) && await File.ReadAllTextAsync(Stamp, cancellationToken) == fingerprint)
            return false;

        // One call for all services builds shared projects once.
        var filter = Path.Combine(checkout.Home, "services.slnf");
        var projects = services.Select(service => $"src/{service.Project}/{service.Project}.csproj").ToArray();
        await File.WriteAllTextAsync(
            filter, JsonSerializer.Serialize(new { solution = new { path = "../Pylon.sln", projects } }), cancellationToken);
        // The build of the tests runs the analyzers; here a person waits.
        await DotnetBuildAsync(filter, reporter, cancellationToken, "-p:RunAnalyzers=false");
        await File.WriteAllTextAsync(Stamp, fingerprint, cancellationToken);
        return true;
    }

    /// <summary>Builds a solution and reports each project that is done.</summary>
    public async Task DotnetBuildAsync(string target, IStackReporter reporter, CancellationToken cancellationToken, params string[] more)
    {
        var log = Path.Combine(checkout.Logs, "build.log");
        void Progress(string line)
        {
            var arrow = line.IndexOf(" -> ", StringComparison.Ordinal);
            if (arrow > 0)
                reporter.Note("built " + line[..arrow].Trim());
        }

        // One compiler serves all projects, and ends after ten idle minutes; without the word it is not used where no node is used again.
        string[] arguments = ["build", target, "-c", configuration, "-v", "minimal", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=true", .. more];
        var result = await Tools.RunAsync(
            Dotnet.Program, arguments, workingDirectory: checkout.Root, environment: Dotnet.Quietly, onLine: Progress, cancellationToken: cancellationToken);
        await File.WriteAllTextAsync(log, result.Output, cancellationToken);
        if (result.Succeeded)
            return;

        var errors = result.Output.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).Select(line => line.Trim()).Distinct().Take(15);
        throw new StackException($"The build failed:\n{string.Join('\n', errors)}\nThe whole log: {log}");
    }

    private string Fingerprint()
    {
        var files = Sources.Select(source => Path.Combine(checkout.Root, source)).Where(Directory.Exists)
            .SelectMany(Files)
            .Concat(Directory.GetFiles(checkout.Root, "*.props"))
            .Concat(Directory.GetFiles(checkout.Root, "*.targets"))
            .Append(Path.Combine(checkout.Root, "global.json"))
            .Order(StringComparer.Ordinal)
            .Select(file => new FileInfo(file))
            .Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files))));
    }

    // The build writes lock files, and only after a change of another file that counts here.
    private static IEnumerable<string> Files(string directory) => Directory.GetFiles(directory)
        .Where(file => Path.GetFileName(file) != "packages.lock.json")
        .Concat(Directory.GetDirectories(directory).Where(child => Path.GetFileName(child) is not ("bin" or "obj")).SelectMany(Files));
}

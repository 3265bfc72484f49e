using Pylon.Cli.Checks;
using Pylon.Cli.Commands;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Tests;

public sealed class ChecksTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-cli-tests-").FullName;

    [Fact]
    public void EachAdvisoryIsListedOnce()
    {
        const string Restore =
            """
            /src/A/A.csproj : warning NU1900: Error occurred while getting package vulnerability data
            /src/A/A.csproj : warning NU1903: Package 'X' 1.0.0 has a known high severity vulnerability, see advisory [/src/Pylon.sln]
            /src/B/B.csproj : warning NU1903: Package 'X' 1.0.0 has a known high severity vulnerability, see advisory [/src/Pylon.sln]
              Restored /src/A/A.csproj (in 2 ms).
            """;

        Assert.Equal(["NU1903: Package 'X' 1.0.0 has a known high severity vulnerability, see advisory"], CodeChecks.Lines(Restore, ["NU1903", "NU1904"]));
        Assert.Empty(CodeChecks.Lines(Restore, ["NU1901"]));
    }

    [Fact]
    public async Task ContractsAreComparedWithTheFirstParentOfMainAndWithWhereABranchLeftIt()
    {
        await GitAsync("init", "--quiet", "--initial-branch", "main");
        Assert.Null(await EarlierAsync());
        var first = await CommitAsync();
        Assert.Null(await EarlierAsync());

        var second = await CommitAsync();
        Assert.Equal(first, await EarlierAsync());
        await GitAsync("update-ref", "refs/remotes/origin/main", "HEAD");
        Assert.Equal(first, await EarlierAsync());

        await CommitAsync();
        await CommitAsync();
        Assert.Equal(second, await EarlierAsync());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Task<string?> EarlierAsync() => new ContractChecks(new Checkout(_directory), new ConsoleReporter()).EarlierCommitAsync(default);

    private async Task<string> CommitAsync()
    {
        await GitAsync("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--allow-empty", "-m", "change");
        return await GitAsync("rev-parse", "HEAD");
    }

    private async Task<string> GitAsync(params string[] arguments)
    {
        var result = await Tools.RunAsync("git", arguments, workingDirectory: _directory);
        Assert.True(result.Succeeded, result.Output);
        return result.Output.Trim();
    }
}

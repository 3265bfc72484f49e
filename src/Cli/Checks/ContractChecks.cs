using System.ComponentModel;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Checks;

/// <summary>The protos: buf's lint, its format, and no change that breaks a client.</summary>
internal sealed class ContractChecks(Checkout checkout, IStackReporter reporter)
{
    private const string Protos = "protos";
    private readonly Buf _buf = new(checkout);

    /// <summary>buf lint and buf format.</summary>
    public async Task<string> LintAsync(CancellationToken cancellationToken)
    {
        await BufAsync(["lint", Protos], "", cancellationToken);
        await BufAsync(["format", Protos, "--diff", "--exit-code"], "Fix it with: tests/EndToEnd.Tests/node_modules/.bin/buf format -w protos", cancellationToken);
        return "";
    }

    /// <summary>buf breaking against an earlier commit; a clone without history is a notice.</summary>
    public async Task<string> BreakingAsync(CancellationToken cancellationToken)
    {
        if (await EarlierCommitAsync(cancellationToken) is not { } earlier)
        {
            reporter.Note("contracts are not compared: this checkout has no earlier commit");
            return "";
        }

        await BufAsync(["breaking", Protos, "--against", $".git#ref={earlier},subdir={Protos}"], $"compared with commit {earlier}", cancellationToken);
        return $"compared with {earlier[..10]}";
    }

    /// <summary>
    /// The commit where this branch left the remote's main; on main itself the first parent. Null when there is neither.
    /// </summary>
    internal async Task<string?> EarlierCommitAsync(CancellationToken cancellationToken)
    {
        var head = await GitAsync(["rev-parse", "--verify", "--quiet", "HEAD"], cancellationToken);
        var left = await GitAsync(["merge-base", "HEAD", "refs/remotes/origin/main"], cancellationToken);
        return left is not null && left != head ? left : await GitAsync(["rev-parse", "--verify", "--quiet", "HEAD~1"], cancellationToken);
    }

    private async Task<string?> GitAsync(string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            var result = await Tools.RunAsync("git", arguments, workingDirectory: checkout.Root, cancellationToken: cancellationToken);
            return result.Succeeded && result.Output.Trim() is { Length: > 0 } commit ? commit : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private async Task BufAsync(string[] arguments, string hint, CancellationToken cancellationToken)
    {
        var result = await _buf.RunAsync(arguments, cancellationToken);
        if (!result.Succeeded)
            throw new StackException($"{result.Output}\n{hint}".TrimEnd());
    }
}

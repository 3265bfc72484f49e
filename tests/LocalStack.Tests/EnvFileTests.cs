using System.Diagnostics;
using Pylon.LocalStack.Stacks;

namespace Pylon.LocalStack.Tests;

public sealed class EnvFileTests
{
    private static readonly KeyValuePair<string, string>[] Variables =
    [
        new("PYLON_URL", "http://127.0.0.1:8080"),
        new("PYLON_POSTGRES", "postgresql://pylon@127.0.0.1:15432/pylon"),
        new("PYLON_REDIS", "127.0.0.1:16379,password=it's $HOME; \"x\""),
    ];

    [Fact]
    public void EachLineExportsAVariable() =>
        Assert.Contains("\nexport PYLON_URL=http://127.0.0.1:8080\nexport PYLON_POSTGRES=postgresql://pylon@127.0.0.1:15432/pylon\n", EnvFile.Format(Variables), StringComparison.Ordinal);

    [Fact]
    public void WrittenVariablesAreReadBack() => Assert.Equal(Variables, EnvFile.Parse(EnvFile.Format(Variables)));

    [Fact]
    public async Task ShellReadsTheSameVariables()
    {
        var script = EnvFile.Format(Variables) + "printf '%s' \"$PYLON_REDIS\"";
        var info = new ProcessStartInfo("/bin/sh", ["-c", script]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var shell = Process.Start(info)!;

        Assert.Equal(Variables[2].Value, await shell.StandardOutput.ReadToEndAsync());
    }
}

using Pylon.Cli.Client;
using Pylon.Cli.Commands;

namespace Pylon.Cli.Tests;

public class AuditCommandsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12:abc")]
    [InlineData("0:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("x:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void HeadThatNoRunPrintedIsRefused(string text) =>
        Assert.Contains("must be an entry and its hash", Assert.Throws<ApiException>(() => AuditCommands.Head(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void HeadIsRead() => Assert.Equal((7, new string('a', 64)), AuditCommands.Head($"7:{new string('a', 64)}"));

    [Fact]
    public void OnlyALogThatHoldsSucceeds()
    {
        Assert.Equal(0, AuditCommands.Report(new AuditProgress(3, new string('a', 64), true)));
        Assert.Equal(1, AuditCommands.Report(new AuditProgress(1, "", false, new BrokenEntry(2, "", "its decision is gone"))));
        Assert.Equal(1, AuditCommands.Report(new AuditProgress(3)));
        Assert.Equal(1, AuditCommands.Report(null));
    }
}

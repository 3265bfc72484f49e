using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Tests;

public sealed class ServiceProcessTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pylon-stack-tests-");

    [Fact]
    public async Task ServiceThatEndsAtOnceIsReportedWithItsLastLinesAndItsLog()
    {
        // dotnet says what is wrong with a file that is no program
        var program = Path.Combine(_directory.FullName, "Broken.dll");
        await File.WriteAllTextAsync(program, "not a program");
        var log = Path.Combine(_directory.FullName, "logs", "broken.log");
        await using var service = new ServiceProcess("broken", program, log, Ports.Throwaway(), null, []);

        var failure = await Assert.ThrowsAsync<StackException>(() => service.StartAsync());

        Assert.StartsWith("broken did not start: it exited with code", failure.Message, StringComparison.Ordinal);
        Assert.Contains("It wrote last:\n", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("Its log: " + log, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceThatIsNotBuiltIsReported()
    {
        await using var service = new ServiceProcess("absent", "/nowhere/Absent.dll", Path.Combine(_directory.FullName, "absent.log"), 1, null, []);

        var failure = await Assert.ThrowsAsync<StackException>(() => service.StartAsync());

        Assert.Equal("absent did not start: /nowhere/Absent.dll is not built.", failure.Message);
    }

    [Fact]
    public void LaterProcessWithTheSameIdIsAnotherProcess()
    {
        var me = ProcessIdentity.Of(Environment.ProcessId)!;

        Assert.True(me.IsAlive);
        Assert.False((me with { Started = me.Started - 1 }).IsAlive);
        Assert.False((me with { Started = me.Started - 1 }).Send(Signal.Kill));
    }

    [Fact]
    public void MemoryOfAProcessHasItsProgramFiles()
    {
        var me = ProcessIdentity.Of(Environment.ProcessId)!;

        if (OperatingSystem.IsLinux())
            Assert.InRange(me.Memory()!.Files, 1, me.Memory()!.Resident);
        Assert.Null((me with { Started = me.Started - 1 }).Memory());
    }

    public void Dispose() => _directory.Delete(recursive: true);
}

using Pylon.Worker.Jobs;

namespace Pylon.Worker.Tests;

/// <summary>jobs.json, and how a command is filled.</summary>
public sealed class JobsFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-jobs-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void TheShippedJobsCanBeRead()
    {
        var job = Assert.Single(JobsFile.Read(WorkerSettings.ShippedJobs)).Value;
        Assert.Equal(("primes", "limit"), (job.Contract.Name, Assert.Single(job.Contract.Parameters).Name));
    }

    [Theory]
    [InlineData("""{"jobs": []}""", "jobs must be 1 to 100")]
    [InlineData("""{"jobs": [{"name": "a b", "command": ["true"]}]}""", "jobs[0].name must be")]
    [InlineData("""{"jobs": [{"name": "a", "command": []}]}""", "jobs[0].command must be")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["{x}"]}]}""", "jobs[0].command must be")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["true", "{x}"]}]}""", "jobs[0].command must not have {x}")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["no-such-program"]}]}""", "jobs[0].command must begin with a program that is there")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["true"], "shell": true}]}""", "shell")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["true"], "time_limit_seconds": 0}]}""", "jobs[0].time_limit_seconds must be from 1")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["true"], "parameters": [{"name": "n", "type": "date"}]}]}""", "jobs[0].parameters[0].type must be")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["true"], "parameters": [{"name": "part", "type": "text"}]}]}""", "must not be one of")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["true"], "parameters": [{"name": "n", "type": "text", "pattern": "("}]}]}""", "pattern")]
    [InlineData("""{"jobs": [{"name": "a", "command": ["true"]}, {"name": "a", "command": ["true"]}]}""", "jobs must have a once")]
    [InlineData("jobs", "invalid")]
    public void AWrongFileIsRefusedWithThePlace(string json, string reason)
    {
        var path = Path.Combine(_directory, "jobs.json");
        File.WriteAllText(path, json);
        var refused = Assert.Throws<WorkerException>(() => JobsFile.Read(path));
        Assert.StartsWith(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AParameterStaysInItsArgument()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "; rm -rf / $(reboot) {b}", ["b"] = "x y" };
        Assert.Equal(["run", "--a=; rm -rf / $(reboot) {b}", "x y", "{c}"], CommandLine.Fill(["run", "--a={a}", "{b}", "{c}"], values));
    }
}

using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Runs;
using Pylon.Ingestion.Sources;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Runs;

/// <summary>A run has a sentence for each error; the log has the exception.</summary>
public sealed class SwallowedErrorsTests
{
    private readonly RecordedLog _log = new();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);

    public static TheoryData<Exception, string> Failures => new()
    {
        { new HttpRequestException(HttpRequestError.ConnectionError, "refused", new SocketException((int)SocketError.ConnectionRefused)), nameof(SocketException) },
        { new IOException("reset"), nameof(IOException) },
        { new SourceException("not sent", new InvalidOperationException("the circuit is open")), "the circuit is open" },
        { new NotSupportedException("a fault of ours"), nameof(NotSupportedException) },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task ExceptionOfADatasetIsLoggedWithItsCause(Exception failure, string cause)
    {
        await RunAsync(new Source(_ => throw failure));

        Assert.Contains(_log.Lines, line => line.Contains("could not read data", StringComparison.Ordinal) && line.Contains(cause, StringComparison.Ordinal) && line.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FailureInWordsOfOurOwnHasNoStack()
    {
        await RunAsync(new Source(_ => throw new SourceException("HTTP 500 to GET /data")));

        Assert.Contains(_log.Lines, line => line.StartsWith("Warning: Source test: read incompletely", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StopOfTheProcessDuringARunIsNoError()
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = RunAsync(new Source(async cancellationToken =>
        {
            reading.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // A connection that is cut says it in its own way.
            throw new IOException("the connection was reset");
        }));
        await reading.Task.Within();

        _lifetime.StopApplication();
        await run.Within();

        Assert.DoesNotContain(_log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Contains(_log.Lines, line => line.Contains("ended with the process", StringComparison.Ordinal) && line.Contains(nameof(IOException), StringComparison.Ordinal));
    }

    [Fact]
    public async Task SourceThatDoesNotEndIsLeftAndTheOthersAreStored()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var (store, time, reading) = (new RunStore(database.DataSource, new DirectDatabase(database.DataSource)), new FakeTime(), new TaskCompletionSource());
        var endless = new Source(async cancellationToken =>
        {
            reading.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new ParsedBody("data");
        });
        var runner = SimulatedSources.Runner(database, store, time, _log.For<PipelineRunner>(), _lifetime, endless, new Source(_ => Task.FromResult(new ParsedBody("data")), "other"));
        var (id, done) = (await runner.TryBeginAsync("request", null, [], DateTimeOffset.MaxValue, default))!.Value;
        await reading.Task.Within();

        time.Advance(TimeSpan.FromMinutes(30));
        await done.Within();

        Assert.Equal(
            [("other", "succeeded", ""), ("test", "failed", "test: not read to its end within 30 minutes")],
            (await store.FindAsync(id, default))!.Sources.Select(s => (s.Source, s.Status, s.Error)));
        var again = await store.TryLockAsync(default);
        Assert.NotNull(again);
        await again.DisposeAsync();
    }

    private async Task RunAsync(GridSource source)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var runner = SimulatedSources.Runner(database, new RunStore(database.DataSource, new DirectDatabase(database.DataSource)), TimeProvider.System, _log.For<PipelineRunner>(), _lifetime, source);
        var (_, done) = (await runner.TryBeginAsync("request", null, [], DateTimeOffset.MaxValue, default))!.Value;
        await done;
    }

    private sealed class Source(Func<CancellationToken, Task<ParsedBody>> read, string name = "test") : GridSource(name)
    {
        public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return await TryAsync("data", () => read(cancellationToken), cancellationToken);
        }
    }
}

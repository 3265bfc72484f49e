using Microsoft.Extensions.Options;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Shared;
using Pylon.Events.V1;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

public sealed class MemoryBatchesTests : BatchesSuite
{
    private readonly FakeTime _time = new();
    private MemoryBatches _batches = null!;

    private protected override IBatches Batches => _batches;

    public override Task InitializeAsync()
    {
        _batches = new MemoryBatches(Options.Create(new ConductorOptions()), new Changes<string>(_time), _time);
        return Task.CompletedTask;
    }

    public override Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task ABatchIsForgottenSevenDaysAfterItsLastChange()
    {
        await _batches.ReportAsync(Report("b", "nlp", "e", true, Guid.NewGuid()), default);
        _time.Advance(TimeSpan.FromDays(7));
        Assert.NotNull(await _batches.FindAsync("b", default));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await _batches.FindAsync("b", default));
    }

    private protected override Task<IReadOnlyList<Event>> EventsAsync() => Task.FromResult(_batches.Events);
}

using Microsoft.Extensions.Logging.Abstractions;
using Polly.CircuitBreaker;
using Pylon.Conductor.Circuits;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

public sealed class CircuitTests
{
    private readonly FakeTime _time = new();
    private readonly Circuit _circuit;
    private int _calls;

    public CircuitTests() => _circuit = new Circuit("redis", e => e is TimeoutException, TimeSpan.FromSeconds(1), _time, NullLogger.Instance);

    [Fact]
    public async Task AfterManyFailuresNoCallIsMadeUntilOneIsTriedAfterABreak()
    {
        for (var i = 0; i < 20; i++)
            await Assert.ThrowsAsync<TimeoutException>(FailAsync);
        Assert.Equal((CircuitState.Open, 1), (_circuit.State, _circuit.Opened));
        await Assert.ThrowsAsync<BrokenCircuitException>(FailAsync);
        Assert.Equal(20, _calls);

        _time.Advance(TimeSpan.FromSeconds(1.1));
        await Assert.ThrowsAsync<TimeoutException>(FailAsync);
        await Assert.ThrowsAsync<BrokenCircuitException>(FailAsync);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(7, await _circuit.RunAsync(() => Task.FromResult(7), default));
        Assert.Equal((CircuitState.Closed, 2), (_circuit.State, _circuit.Opened));
    }

    [Fact]
    public async Task AnErrorAnswerOfTheStoreDoesNotOpenTheCircuit()
    {
        for (var i = 0; i < 50; i++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => _circuit.RunAsync<int>(() => throw new InvalidOperationException(), default));
        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    private Task<int> FailAsync() => _circuit.RunAsync<int>(
        () =>
        {
            _calls++;
            throw new TimeoutException();
        },
        default);
}

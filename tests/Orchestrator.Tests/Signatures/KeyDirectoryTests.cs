using Microsoft.Extensions.Options;
using Pylon.Orchestrator.Signatures;
using Pylon.Signing;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Signatures;

public sealed class KeyDirectoryTests
{
    private const string Bpp = "BPP";
    private static readonly SignerId Signer = new("bpp.example.com", "k1");

    private readonly FakeTime _time = new();
    private readonly KeyDirectory _keys;
    private Func<SignerId, Task<RegistryRecord?>> _registry;
    private int _asked;

    public KeyDirectoryTests()
    {
        var first = Record();
        _registry = _ => Task.FromResult<RegistryRecord?>(first);
        _keys = new KeyDirectory(
            (id, _) =>
            {
                Interlocked.Increment(ref _asked);
                return _registry(id);
            },
            Options.Create(new RegistryOptions()), _time);
    }

    [Fact]
    public async Task KeyIsUsedForItsAgeWithoutAskingAgain()
    {
        var key = (await FindAsync()).Key;
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.Same(key, (await FindAsync()).Key);
        Assert.Equal(1, _asked);
        _time.Advance(TimeSpan.FromSeconds(2));
        await FindAsync();
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task AgeOfTheRecordCounts()
    {
        var record = Record() with { Age = TimeSpan.FromSeconds(20) };
        _registry = _ => Task.FromResult<RegistryRecord?>(record);
        await FindAsync();
        _time.Advance(TimeSpan.FromSeconds(21));
        await FindAsync();
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task OneQuestionServesAllWhoAskAtOnce()
    {
        var answer = new TaskCompletionSource<RegistryRecord?>();
        _registry = _ => answer.Task;
        var waiting = Enumerable.Range(0, 64).Select(_ => FindAsync()).ToList();
        answer.SetResult(Record());
        var found = await Task.WhenAll(waiting);
        Assert.Equal(1, _asked);
        Assert.All(found, one => Assert.Same(found[0].Key, one.Key));
    }

    [Fact]
    public async Task CallerWhoLeavesDoesNotEndTheQuestionOfTheOthers()
    {
        var answer = new TaskCompletionSource<RegistryRecord?>();
        _registry = _ => answer.Task;
        using var leaves = new CancellationTokenSource();
        var first = _keys.FindAsync(Signer, Bpp, leaves.Token).AsTask();
        var second = FindAsync();
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult(Record());
        Assert.NotNull((await second).Key);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task RefusalIsRememberedForHalfAMinute()
    {
        _registry = _ => Task.FromResult<RegistryRecord?>(RegistryRecord.Unknown());
        Assert.Equal("KEY_UNKNOWN", (await FindAsync()).Refusal?.Code);
        _time.Advance(TimeSpan.FromSeconds(29));
        await FindAsync();
        Assert.Equal(1, _asked);
        _time.Advance(TimeSpan.FromSeconds(2));
        var record = Record();
        _registry = _ => Task.FromResult<RegistryRecord?>(record);
        Assert.NotNull((await FindAsync()).Key);
    }

    [Fact]
    public async Task KnownKeyOutlivesTheRegistryForAnHour()
    {
        var key = (await FindAsync()).Key;
        _registry = _ => Task.FromResult<RegistryRecord?>(null);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Same(key, (await FindAsync()).Key);
        _time.Advance(TimeSpan.FromMinutes(2));
        var away = await FindAsync();
        Assert.Equal((null, "REGISTRY_UNAVAILABLE"), (away.Key, away.Refusal?.Code));
    }

    [Fact]
    public async Task KeyThatTheRegistryTakesBackIsNotUsedAnyMore()
    {
        await FindAsync();
        _registry = _ => Task.FromResult<RegistryRecord?>(RegistryRecord.Unknown());
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.NotNull((await FindAsync()).Refusal);
        _registry = _ => Task.FromResult<RegistryRecord?>(null);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("REGISTRY_UNAVAILABLE", (await FindAsync()).Refusal?.Code);
    }

    [Fact]
    public async Task NewerKeyIsAskedForOnceInTenSeconds()
    {
        var known = await FindAsync();
        Assert.Null(await _keys.FindNewerAsync(Signer, Bpp, known, default));
        var same = await FindAsync();
        var rotated = Record();
        _registry = _ => Task.FromResult<RegistryRecord?>(rotated);
        Assert.Null(await _keys.FindNewerAsync(Signer, Bpp, same, default));
        Assert.Equal(2, _asked);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(rotated.Key, (await _keys.FindNewerAsync(Signer, Bpp, same, default))?.Key);
        Assert.Equal(3, _asked);
        // Whoever still has the old one learns of it without a question.
        Assert.Same(rotated.Key, (await _keys.FindNewerAsync(Signer, Bpp, same, default))?.Key);
        Assert.Equal(3, _asked);
    }

    [Fact]
    public async Task InventedIdsTakeOnlySoManyQuestionsAndDoNotStopKnownKeys()
    {
        var key = (await FindAsync()).Key;
        var answer = new TaskCompletionSource<RegistryRecord?>();
        _registry = id => id == Signer ? Task.FromResult<RegistryRecord?>(new RegistryRecord(key, null)) : answer.Task;
        var invented = Enumerable.Range(0, 100).Select(n => _keys.FindAsync(new SignerId($"x{n}", "k"), Bpp, default).AsTask()).ToList();
        await Eventually.True(() => Task.FromResult(invented.Count(one => one.IsCompleted) == 84));
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Same(key, (await FindAsync()).Key);
        answer.SetResult(RegistryRecord.Unknown());
        Assert.Equal(16, (await Task.WhenAll(invented)).Count(one => one.Refusal?.Code == "KEY_UNKNOWN"));
    }

    [Fact]
    public async Task InventedIdsDoNotFillTheMemory()
    {
        await FindAsync();
        _registry = _ => Task.FromResult<RegistryRecord?>(RegistryRecord.Unknown());
        for (var n = 0; n < KeyDirectory.MostRemembered + 100; n++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await _keys.FindAsync(new SignerId($"x{n}", "k"), Bpp, default);
        }

        var asked = _asked;
        Assert.NotNull((await FindAsync()).Key);
        // The first ones are forgotten, so they are asked for again.
        await _keys.FindAsync(new SignerId("x0", "k"), Bpp, default);
        Assert.Equal(asked + 1, _asked);
    }

    private static RegistryRecord Record()
    {
        using var key = SigningKey.Create();
        return new RegistryRecord(VerificationKey.TryParse(key.PublicKey), null);
    }

    private Task<KeyDirectory.Known> FindAsync() => _keys.FindAsync(Signer, Bpp, default).AsTask();
}

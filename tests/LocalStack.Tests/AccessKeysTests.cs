using Pylon.Access;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Tests;

public sealed class AccessKeysTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"pylon-keys-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("open")]
    public void AnOpenStackHasNoKeys(string? access)
    {
        Assert.Empty(AccessKeys.At(_directory, name => name == "PYLON_ACCESS" ? access : null));
        Assert.False(Directory.Exists(_directory));
    }

    [Fact]
    public void KeysAreMadeOnceInFilesOfTheirUser()
    {
        var settings = AccessKeys.At(_directory, Given());
        var again = AccessKeys.At(_directory, Given());

        Assert.Equal(settings, again);
        Assert.True(ApiKey.TryParse(settings["PYLON_API_KEY"], out _));
        Assert.Equal(settings["PYLON_API_KEY"], File.ReadAllText(settings["PYLON_BOOTSTRAP_KEY_FILE"]).Trim());
        Assert.True(File.ReadAllText(settings["PYLON_INTERNAL_KEY_FILE"]).Trim().Length >= InternalTokens.ShortestKey);
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in Directory.GetFiles(_directory))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void WhatTheUserGivesWins()
    {
        var settings = AccessKeys.At(_directory, Given(("PYLON_API_KEY", "pyl_mine"), ("PYLON_INTERNAL_KEY", "mine")));

        Assert.Equal(new Dictionary<string, string> { ["PYLON_API_KEY"] = "pyl_mine" }, settings);
    }

    [Fact]
    public void AnotherWordIsRefused() =>
        Assert.Contains("PYLON_ACCESS=yes: must be keys or open", Assert.Throws<StackException>(() => AccessKeys.At(_directory, name => name == "PYLON_ACCESS" ? "yes" : null)).Message, StringComparison.Ordinal);

    private static Func<string, string?> Given(params (string Name, string Value)[] more) =>
        name => name == "PYLON_ACCESS" ? "keys" : more.FirstOrDefault(each => each.Name == name).Value;
}

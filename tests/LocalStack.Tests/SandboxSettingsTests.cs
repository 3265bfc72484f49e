using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Tests;

public sealed class SandboxSettingsTests
{
    [Fact]
    public void SandboxIsAskedWithoutPauses()
    {
        var settings = SandboxSettings.At("http://sandbox", _ => null);

        Assert.Equal("http://sandbox/neso/api/3/action", settings["Sources__NesoBaseUrl"]);
        Assert.Equal("00:00:00", settings["Sources__NesoDatastorePause"]);
    }

    [Fact]
    public void SourceThatTheUserNamesIsAskedWithTheUsualPauses()
    {
        var settings = SandboxSettings.At("http://sandbox", name => name == "Sources__NesoBaseUrl" ? "https://real" : null);

        Assert.Equal(("https://real", "http://sandbox/elexon"), (settings["Sources__NesoBaseUrl"], settings["Sources__ElexonBaseUrl"]));
        Assert.DoesNotContain(settings.Keys, name => name.EndsWith("Pause", StringComparison.Ordinal));
    }
}

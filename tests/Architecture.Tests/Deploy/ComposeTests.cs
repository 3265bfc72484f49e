using YamlDotNet.Core;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>deploy/compose.yaml says what the code says.</summary>
public sealed class ComposeTests
{
    private static readonly ComposeFile Compose = Manifests.Parse<ComposeFile>(Manifests.Text("compose.yaml"));

    private static IEnumerable<KeyValuePair<string, ComposeService>> Ours => Compose.Services.Where(one => one.Value.Image.StartsWith("pylon/", StringComparison.Ordinal));

    [Theory]
    [InlineData("cap_drop:", "capdrop:")]
    [InlineData("depends_on:", "depend_on:")]
    [InlineData("environment:", "enviroment:")]
    public void AMisspeltFieldIsRefused(string right, string wrong) =>
        Assert.ThrowsAny<YamlException>(() => Manifests.Parse<ComposeFile>(Manifests.Text("compose.yaml").Replace(right, wrong, StringComparison.Ordinal)));

    [Fact]
    public void EveryServiceIsThereAndEverySchemaIsMigratedFirst()
    {
        Assert.Equal(Code.Ports.Keys.Order(StringComparer.Ordinal), Ours.Where(one => one.Value.Command.Count == 0).Select(one => one.Key).Order(StringComparer.Ordinal));
        Assert.All(Ours.Where(one => one.Value.Environment.ContainsKey("PYLON_POSTGRES") && one.Value.Command.Count == 0), one =>
        {
            var migration = Compose.Services[$"migrate-{one.Key}"];
            Assert.Equal(("pylon/" + one.Key, "--migrate"), (migration.Image, Assert.Single(migration.Command)));
            Assert.Equal("service_completed_successfully", one.Value.DependsOn[$"migrate-{one.Key}"].Condition);
        });
        Expect.None("What is waited for is there.", Compose.Services.Values.SelectMany(one => one.DependsOn.Keys).Where(name => !Compose.Services.ContainsKey(name)));
    }

    [Fact]
    public void EveryVariableIsASetting() => Expect.None("A variable is in docs/settings.md.", Ours.SelectMany(one => one.Value.Environment.Keys).Where(name => !Code.Settings.Contains(name)));

    [Fact]
    public void AddressesAndPortsAreThoseOfTheCode()
    {
        foreach (var upstream in Pylon.Gateway.Proxy.Upstream.Table)
            Assert.Equal($"dns:///{upstream.Name}:{Code.Ports[upstream.Name].Grpc}", Compose.XSettings[upstream.Setting]);
        var (grpc, http) = Code.Ports["gateway"];
        Assert.Equal([$"127.0.0.1:{http}:{http}", $"127.0.0.1:{grpc}:{grpc}"], Compose.Services["gateway"].Ports);
        Expect.None("Only the Gateway is reached from outside.", Ours.Where(one => one.Key != "gateway" && one.Value.Ports.Count > 0).Select(one => one.Key));
    }

    [Fact]
    public void NoContainerOfOursHasRightsThatItDoesNotNeed() => Expect.None(
        "A container is not root and writes nowhere but in /tmp.",
        Ours.Where(one => one.Value is not { ReadOnly: true, User: "1654:1654", CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges:true"], Tmpfs: ["/tmp"] }).Select(one => one.Key));

    [Fact]
    public void FilesThatAreMountedAreThere() => Expect.None(
        "A file that is mounted is there.",
        Compose.Services.Values.SelectMany(one => one.Volumes).Where(one => one.StartsWith("./", StringComparison.Ordinal)).Select(one => one.Split(':')[0]).Where(path => !Path.Exists(Path.Combine(Manifests.Folder, path))));
}

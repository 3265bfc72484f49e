using System.Text.RegularExpressions;
using Pylon.LocalStack.Services;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>What docs/deploy.md tells to type fits the code: programs, names of settings, ports.</summary>
public partial class SystemdTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "deploy.md"));

    private static readonly IReadOnlyList<ServiceDefinition> Services = [.. ServiceDefinition.All.Where(service => service != ServiceDefinition.Sandbox)];

    [Fact]
    public void EachServiceIsPublishedAndHasAUnitThatRunsItsProgram()
    {
        var projects = Services.Select(service => service.Project).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(projects, Published().Match(Text).Groups["name"].Captures.Select(name => name.Value).Order(StringComparer.Ordinal));
        Assert.Equal(projects, Enabled().Matches(Text).Select(name => name.Groups["name"].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Contains("\nExecStart=/opt/pylon/%i/Pylon.%i\n", Text, StringComparison.Ordinal);
        Assert.Equal(projects, projects.Where(name => Checkout.Service(name).EntryPoint is not null && Checkout.Service(name).GetName().Name == $"Pylon.{name}"));
    }

    [Fact]
    public void EverySettingOfTheFileAndOfTheUnitsIsOne()
    {
        var known = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "settings.md"));
        // What is typed into files and shells, not what the text speaks of.
        var typed = string.Join('\n', Text.Split("```").Where((_, part) => part % 2 == 1));
        var names = Settings().Matches(typed).Select(setting => setting.Groups["name"].Value).Distinct(StringComparer.Ordinal).ToList();

        Assert.True(names.Count > 15, $"{names.Count} settings");
        Expect.None("A setting of docs/deploy.md is in docs/settings.md.", names.Where(name => !known.Contains($"`{name}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void TheServicesAreFoundAtThePortsThatTheyHave()
    {
        var given = Addresses().Matches(Text).Select(address => (address.Groups["name"].Value.ToLowerInvariant(), int.Parse(address.Groups["port"].Value))).Order();

        Assert.Equal(Services.Where(service => service != ServiceDefinition.Gateway).Select(service => (service.Name, service.GrpcPort!.Value)).Order(), given);
        Assert.Contains($"https://pylon.example:{ServiceDefinition.Gateway.HttpPort}/health", Text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"for service in (?:(?<name>\w+)[ ;]+)+do dotnet publish src/\$service")]
    private static partial Regex Published();

    [GeneratedRegex(@"pylon@(?<name>[A-Z]\w+)")]
    private static partial Regex Enabled();

    [GeneratedRegex(@"(?:^|[`\s=])(?<name>PYLON_[A-Z_]+|BPP_[A-Z_]+|BAP_[A-Z_]+|BECKN_[A-Z_]+|\w+__\w+)=", RegexOptions.Multiline)]
    private static partial Regex Settings();

    [GeneratedRegex(@"^PYLON_(?<name>[A-Z]+)=http://127\.0\.0\.1:(?<port>\d+)$", RegexOptions.Multiline)]
    private static partial Regex Addresses();
}

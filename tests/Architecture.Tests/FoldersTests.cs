using System.Reflection;

namespace Pylon.Architecture.Tests;

/// <summary>The folders of a project form a line: what two of them need lies in a folder below both.</summary>
public class FoldersTests
{
    public static TheoryData<string> Services => [.. Checkout.Services];

    public static TheoryData<string> Projects => [.. Checkout.Assemblies.Select(assembly => assembly.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void FoldersFormALine(string root)
    {
        var imports = Imports.Of(Assembly.Load(root), root).Where(import => import.From != root && import.To != root).ToList();

        var circles = Imports.Circles(imports).Select(circle => $"A circle of {circle.Count} folders:\n{string.Join('\n', circle)}");

        Expect.None($"Folders of {root} import one another in circles.", circles);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void NoFolderImportsTheRootOfItsService(string service)
    {
        var root = $"Pylon.{service}";

        var imports = Imports.Of(Checkout.Service(service), root).Where(import => import.To == root).DistinctBy(import => (import.From, import.Target));

        Expect.None($"{root} is for Program and wiring: what a folder needs is in a folder.", imports.Select(import => import.ToString()));
    }

    [Fact]
    public void ImportsAreSeenWhereverTheyAre()
    {
        var samples = typeof(FoldersTests).Assembly.GetTypes().Where(type => type.Namespace == typeof(Samples.Here.InCatch).Namespace && !type.IsNested);

        var seen = Imports.Of(typeof(FoldersTests).Assembly, "Pylon.Architecture.Tests.Samples").Select(import => import.Origin);

        Assert.Equal(samples.Select(sample => sample.Name).Order(StringComparer.Ordinal), seen.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void CirclesAreFoundRoundACorner()
    {
        Import[] imports = [Edge("A", "B"), Edge("B", "C"), Edge("C", "A"), Edge("D", "E"), Edge("E", "D"), Edge("A", "F")];

        var circles = Imports.Circles(imports).Select(circle => string.Concat(circle.Select(import => import.From)));

        Assert.Equal(["ABC", "DE"], circles);

        static Import Edge(string from, string to) => new(from, to, from, to);
    }
}

using System.Collections.Concurrent;
using System.Reflection;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace Pylon.Architecture.Tests;

/// <summary>A type that uses a type of another namespace.</summary>
internal sealed record Import(string From, string To, string Origin, string Target)
{
    public override string ToString() => $"  {From} imports {To}: {Origin} uses {Target}";
}

/// <summary>Which namespaces of an assembly import one another, as far as compiled code shows it.</summary>
internal static class Imports
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // Reading an assembly takes a second.
    private static readonly ConcurrentDictionary<Assembly, Lazy<IReadOnlyList<Import>>> Found = [];

    /// <summary>Between the namespaces from <paramref name="root"/> on down.</summary>
    public static IReadOnlyList<Import> Of(Assembly assembly, string root) =>
    [
        .. Found.GetOrAdd(assembly, a => new(() => [.. Used(a).Concat(Caught(a)).Distinct()])).Value
            .Where(import => import.From != import.To && IsUnder(root, import.From) && IsUnder(root, import.To))
            .OrderBy(import => (import.From, import.To, import.Origin, import.Target)),
    ];

    /// <summary>The shortest circles, one for each namespace that is in any, and each once.</summary>
    public static IReadOnlyList<IReadOnlyList<Import>> Circles(IReadOnlyList<Import> imports) =>
    [
        .. imports.Select(import => import.From).Distinct().Order(StringComparer.Ordinal)
            .Select(start => ShortestCircle(imports, start))
            .Where(circle => circle.Count > 0)
            .DistinctBy(circle => string.Join(',', circle.Select(import => import.From).Order(StringComparer.Ordinal))),
    ];

    private static bool IsUnder(string root, string name) => name == root || name.StartsWith(root + ".", StringComparison.Ordinal);

    private static IEnumerable<Import> Used(Assembly assembly) =>
        from type in new ArchLoader().LoadAssembly(assembly).Build().Types
        from dependency in type.Dependencies
        where type.Namespace is not null && dependency.Target is { Namespace: not null } and not GenericParameter
        select new Import(type.Namespace.FullName, dependency.Target.Namespace.FullName, type.Name, dependency.Target.Name);

    // ArchUnitNET does not see which exceptions are caught.
    private static IEnumerable<Import> Caught(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All))
        from clause in method.GetMethodBody()?.ExceptionHandlingClauses ?? []
        where clause.Flags == ExceptionHandlingClauseOptions.Clause && type.Namespace is not null
        select new Import(type.Namespace!, clause.CatchType?.Namespace ?? "", (type.DeclaringType ?? type).Name, clause.CatchType?.Name ?? "");

    private static List<Import> ShortestCircle(IReadOnlyList<Import> imports, string start)
    {
        var next = imports.DistinctBy(import => (import.From, import.To)).ToLookup(import => import.From);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var paths = new Queue<List<Import>>(next[start].Select(import => new List<Import> { import }));
        while (paths.TryDequeue(out var path))
        {
            if (path[^1].To == start)
                return path;
            if (seen.Add(path[^1].To))
            {
                foreach (var import in next[path[^1].To])
                    paths.Enqueue([.. path, import]);
            }
        }

        return [];
    }
}

using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Pylon.Architecture.Tests;

/// <summary>What CONTRIBUTING asks for and no analyzer checks.</summary>
public class DialectTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void CancellationTokensHaveOneName()
    {
        var others =
            from method in Methods()
            from parameter in method.GetParameters()
            where !method.Name.StartsWith("set_", StringComparison.Ordinal) && parameter.ParameterType == typeof(CancellationToken) && parameter.Name is not ("cancellationToken" or "stoppingToken")
            select $"{Name(method)}: {parameter.Name}";

        Expect.None("A CancellationToken is named cancellationToken, or stoppingToken in ExecuteAsync.", others);
    }

    [Fact]
    public void LogMessagesHaveNoNumbers()
    {
        var numbered =
            from method in Methods()
            where method.GetCustomAttribute<LoggerMessageAttribute>() is { EventId: not -1 }
            select Name(method);

        Expect.None("A log message has no numeric event id.", numbered);
    }

    [Fact]
    public void LogMessagesAreInClassesNamedLog()
    {
        var elsewhere =
            from method in Methods()
            where method.IsDefined(typeof(LoggerMessageAttribute)) && method.DeclaringType!.Name != "Log"
            select Name(method);

        Expect.None("A log message is in the class Log of its folder.", elsewhere);
    }

    // Lambdas are not methods that anybody calls by the names of their parameters.
    private static IEnumerable<MethodBase> Methods() =>
        from assembly in Checkout.Assemblies
        from type in assembly.GetTypes()
        where !type.IsDefined(typeof(CompilerGeneratedAttribute))
        from method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All))
        where !method.Name.Contains(">b__", StringComparison.Ordinal)
        select method;

    private static string Name(MethodBase method) => $"{method.DeclaringType!.FullName}.{method.Name}";
}

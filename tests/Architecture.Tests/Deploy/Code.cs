using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Pylon.Gateway.Proxy;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>What the compiled code says about itself, to compare with what is under deploy.</summary>
internal static partial class Code
{
    /// <summary>The five services with their ports.</summary>
    public static IReadOnlyDictionary<string, (int Grpc, int Http)> Ports { get; } = Checkout.Services
        .Select(PortsOf).Where(found => found is not null).ToDictionary(found => found!.Value.Name, found => found!.Value.Ports);

    /// <summary>Which service calls which: it reads the setting with the other's address.</summary>
    public static IReadOnlySet<(string From, string To)> Calls { get; } =
        (from service in Ports.Keys
         from text in Texts(Assembly(service))
         from upstream in Upstream.Table
         where text == upstream.Setting
         select (service, upstream.Name)).ToHashSet();

    /// <summary>The names of docs/settings.md, which a test holds to the code.</summary>
    public static IReadOnlySet<string> Settings { get; } =
        Quoted().Matches(File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "settings.md"))).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>The series of <c>/metrics</c> that our instruments make. MetricsTests hold the form of the names to what is served.</summary>
    public static IReadOnlySet<string> Metrics { get; } =
        (from assembly in Checkout.Assemblies
         from method in SettingsDocument.Methods(assembly)
         from instruction in method.Body.Instructions
         where instruction.Operand is MethodReference { DeclaringType.FullName: "System.Diagnostics.Metrics.Meter" } call && call.Name.StartsWith("Create", StringComparison.Ordinal)
         from series in Series(((MethodReference)instruction.Operand).Name, Arguments(instruction))
         select series).ToHashSet(StringComparer.Ordinal);

    public static string Assembly(string service) => Checkout.Services.Single(name => name.Equals(service, StringComparison.OrdinalIgnoreCase));

    public static IEnumerable<string> Texts(string service) =>
        SettingsDocument.Methods(Checkout.Service(service)).SelectMany(method => method.Body.Instructions).Where(one => one.OpCode == OpCodes.Ldstr).Select(one => (string)one.Operand);

    /// <summary>True when the code of a service calls a method of this name.</summary>
    public static bool Uses(string service, string method) =>
        SettingsDocument.Methods(Checkout.Service(Assembly(service))).SelectMany(one => one.Body.Instructions).Any(one => one.Operand is MethodReference called && called.Name == method);

    // AddServiceDefaults("conductor", defaultGrpcPort: 4002, defaultHttpPort: 4003)
    private static (string Name, (int Grpc, int Http) Ports)? PortsOf(string service)
    {
        var call = SettingsDocument.Methods(Checkout.Service(service)).SelectMany(method => method.Body.Instructions)
            .FirstOrDefault(one => one.Operand is MethodReference { Name: "AddServiceDefaults" });
        if (call is null)
            return null;
        var numbers = new List<int>();
        var at = call.Previous;
        for (; at.OpCode != OpCodes.Ldstr; at = at.Previous)
        {
            if (at.OpCode == OpCodes.Ldc_I4)
                numbers.Add((int)at.Operand);
        }

        return ((string)at.Operand, (numbers[1], numbers[0]));
    }

    // The texts that are loaded for the call, the name first: name, unit, description, as far as they are there.
    private static List<string?> Arguments(Instruction call)
    {
        var texts = new List<string?>();
        for (var at = call.Previous; at is not null && at.Operand is not MethodReference { DeclaringType.FullName: "System.Diagnostics.Metrics.Meter" }; at = at.Previous)
        {
            if (at.OpCode == OpCodes.Ldstr)
                texts.Insert(0, (string)at.Operand);
            else if (at.OpCode == OpCodes.Ldnull)
                texts.Insert(0, null);
            if (texts.Count > 0 && texts[0] is { } text && Instrument().IsMatch(text))
                break;
        }

        return texts;
    }

    private static IEnumerable<string> Series(string kind, List<string?> arguments)
    {
        if (arguments.Count == 0 || arguments[0] is not { } name)
            return [];
        var unit = arguments.Skip(1).Contains("s") ? "_seconds" : "";
        var family = name.Replace('.', '_') + unit;
        return kind switch
        {
            "CreateHistogram" => [family + "_bucket", family + "_sum", family + "_count"],
            "CreateCounter" or "CreateObservableCounter" => [family + "_total"],
            _ => [family],
        };
    }

    [GeneratedRegex("`(?<name>[A-Za-z_]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("^(pylon|bcs)[._][a-z._]+$")]
    private static partial Regex Instrument();
}

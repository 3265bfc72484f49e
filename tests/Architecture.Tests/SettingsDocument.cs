using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Pylon.ServiceDefaults.Configuration;

namespace Pylon.Architecture.Tests;

/// <summary>A class of options, the configuration section that it is bound to, and the processes that read it.</summary>
internal sealed record OptionsSection(Type Options, string Section, IReadOnlyList<string> Processes, string Meaning, IReadOnlyList<DocumentedSetting> Settings);

/// <summary>One line of the document.</summary>
internal sealed record DocumentedSetting(string Name, string Variables, string Type, string Default, string Allowed, string Meaning);

/// <summary>Makes docs/settings.md from the compiled services, their options' attributes, defaults and comments.</summary>
internal static partial class SettingsDocument
{
    private const string Begin = "<!-- made from the options: begin -->\n";
    private const string End = "<!-- made from the options: end -->\n";
    private static readonly string[] Binders = ["AddValidatedOptions", "BindConfiguration"];

    /// <summary>The document with everything between its two marks written anew.</summary>
    public static string Render(string document, IEnumerable<OptionsSection> sections)
    {
        var text = new StringBuilder(document[..(document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)]);
        foreach (var section in sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {section.Section}: {string.Join(", ", section.Processes)}\n\n{section.Meaning}\n\n");
            text.Append("| name | type | default | allowed | meaning |\n|---|---|---|---|---|\n");
            foreach (var setting in section.Settings)
                text.Append(CultureInfo.InvariantCulture, $"| {setting.Variables} | {setting.Type} | {setting.Default} | {setting.Allowed} | {setting.Meaning} |\n");
        }

        text.Append("\n### Without effect\n\nAccepted, so that an environment that sets them still works. The process warns at its start when one is set.\n\n");
        text.Append("| name | process | why |\n|---|---|---|\n");
        foreach (var idle in SettingAliases.Idle)
            text.Append(CultureInfo.InvariantCulture, $"| `{idle.Name.Replace(":", "__", StringComparison.Ordinal)}` | {idle.Service} | {idle.Reason.Replace("<", "&lt;", StringComparison.Ordinal)} |\n");

        return text.Append('\n').Append(document[document.IndexOf(End, StringComparison.Ordinal)..]).ToString();
    }

    public static IReadOnlyList<OptionsSection> Sections() =>
    [
        .. from service in Checkout.Services
           from binding in BindingsOf(service)
           group service by binding into processes
           orderby processes.Key.Section, processes.Key.Options.Name
           select Document(processes.Key.Options, processes.Key.Section, [.. processes.Distinct()]),
    ];

    /// <summary>What the code of services and libraries calls by a name such as PYLON_REDIS.</summary>
    public static IEnumerable<string> EnvironmentVariables() =>
        (from assembly in Checkout.Assemblies
         where assembly.GetName().Name is not ("Pylon.Cli" or "Pylon.LocalStack")
         from method in Methods(assembly)
         from instruction in method.Body.Instructions
         where instruction.OpCode == OpCodes.Ldstr && VariableName().IsMatch((string)instruction.Operand)
         select (string)instruction.Operand).Distinct().Order(StringComparer.Ordinal);

    // A service binds options itself, or calls a library's method that does.
    private static IEnumerable<(Type Options, string Section)> BindingsOf(string service)
    {
        var called = Methods(Checkout.Service(service)).SelectMany(Calls).Select(call => (call.DeclaringType.FullName, call.Name)).ToHashSet();
        return from assembly in Checkout.Assemblies
               from method in Methods(assembly)
               where assembly == Checkout.Service(service)
                   || (!Checkout.Services.Contains(assembly.GetName().Name![6..]) && called.Contains((method.DeclaringType.FullName, method.Name)))
               from instruction in method.Body.Instructions
               where instruction.Operand is GenericInstanceMethod call && Binders.Contains(call.Name)
               let options = ((GenericInstanceMethod)instruction.Operand).GenericArguments[0]
               where !options.IsGenericParameter
               select (Assembly.Load(options.Scope is ModuleDefinition ? assembly.FullName! : options.Scope.Name).GetType(options.FullName, throwOnError: true)!, Section(instruction));
    }

    private static string Section(Instruction call) =>
        call.Previous.OpCode == OpCodes.Ldstr ? (string)call.Previous.Operand : Section(call.Previous);

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) => method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>();

    internal static IReadOnlyList<MethodDefinition> Methods(Assembly assembly) =>
        [.. AssemblyDefinition.ReadAssembly(assembly.Location).MainModule.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)];

    private static OptionsSection Document(Type options, string section, IReadOnlyList<string> processes)
    {
        var comments = XDocument.Load(Path.ChangeExtension(options.Assembly.Location, "xml")).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
        var defaults = Activator.CreateInstance(options, nonPublic: true);
        var settings = options.GetProperties().Where(property => property.CanWrite)
            .Select(property => new DocumentedSetting(
                property.Name,
                Variables($"{section}:{property.Name}"),
                Kind(property),
                Value(property.GetValue(defaults)),
                Allowed(property),
                Comment(comments, $"P:{options.FullName}.{property.Name}")));
        return new OptionsSection(options, section, processes, Comment(comments, $"T:{options.FullName}"), [.. settings]);
    }

    private static string Variables(string key) =>
        string.Join("<br>", SettingAliases.Table.Where(alias => alias.Key == key).Select(alias => alias.Name).Append(key.Replace(":", "__", StringComparison.Ordinal)).Select(name => $"`{name}`"));

    private static string Kind(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type switch
        {
            _ when type == typeof(TimeSpan) => "duration",
            _ when type == typeof(bool) => "switch",
            _ when type == typeof(Uri) => "URL",
            _ when type == typeof(string) => "text",
            _ when type == typeof(int) || type == typeof(long) => "whole number",
            { IsEnum: true } => "word",
            _ => "number",
        };
    }

    private static string Allowed(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var rules = property.GetCustomAttributes<ValidationAttribute>().Where(rule => rule is not EnumDataTypeAttribute).Select(rule => rule switch
        {
            RequiredAttribute => "required",
            RangeAttribute range => $"{Value(range.Minimum)} to {Value(range.Maximum)}",
            _ => rule.GetType().Name.Replace("Attribute", "", StringComparison.Ordinal),
        });
        var words = type == typeof(bool) ? ["true", "false"] : type.IsEnum ? Enum.GetNames(type) : [];
        return string.Join("; ", rules.Concat(words.Length > 0 ? [string.Join(", ", words.Select(word => $"`{word}`"))] : []));
    }

    private static string Value(object? value) => value switch
    {
        null or "" => "–",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan duration when duration.Ticks % TimeSpan.TicksPerSecond != 0 => $"`{duration.ToString().TrimEnd('0')}`",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Comment(Dictionary<string, XElement> comments, string member)
    {
        if (!comments.TryGetValue(member, out var comment) || comment.Element("summary") is not { } summary)
            return "";
        foreach (var reference in summary.Descendants().Where(element => element.Name == "see" || element.Name == "c").ToList())
            reference.ReplaceWith($"`{reference.Attribute("cref")?.Value.Split('.', ':')[^1] ?? reference.Value}`");
        return Name().Replace(Space().Replace(summary.Value.Trim(), " "), "").Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    // The columns and headings have it already.
    [GeneratedRegex(@"^[A-Z]+_[A-Z_]+[:.] ?| ?Section \w+\.$")]
    private static partial Regex Name();

    // SANDBOX_FAULT is an error code.
    [GeneratedRegex("^(PYLON|BCS|BPP|BAP|GEMINI|SANDBOX|OTEL)_(?!FAULT$)[A-Z_]+$|^LOG_LEVEL$")]
    private static partial Regex VariableName();
}

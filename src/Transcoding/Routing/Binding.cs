using Google.Api;
using Google.Protobuf.Reflection;
using Pylon.Transcoding.Fields;

namespace Pylon.Transcoding.Routing;

/// <summary>One way to reach an rpc over HTTP: a <c>google.api.http</c> rule or one of its additional bindings.</summary>
public sealed class Binding
{
    private Binding(MethodDescriptor rpc, string httpMethod, PathTemplate template, string body, string responseBody)
    {
        Rpc = rpc;
        HttpMethod = httpMethod;
        Template = template;
        BodyIsWhole = string.Equals(body, "*", StringComparison.Ordinal);
        BodyField = body.Length > 0 && !BodyIsWhole ? Field(rpc.InputType, body) : null;
        ResponseField = responseBody.Length > 0 ? Field(rpc.OutputType, responseBody) : null;
        PathFields = template.Variables.ToDictionary(
            variable => variable.FieldPath, variable => FieldPath.Find(rpc.InputType, variable.FieldPath) ?? throw Missing(rpc.InputType, variable.FieldPath), StringComparer.Ordinal);
    }

    public MethodDescriptor Rpc { get; }

    /// <summary>Upper case; <c>*</c> accepts any.</summary>
    public string HttpMethod { get; }

    public PathTemplate Template { get; }

    /// <summary>The body holds the whole request message.</summary>
    public bool BodyIsWhole { get; }

    /// <summary>The field of the request message that the body holds; null when it holds none or the whole message.</summary>
    public FieldDescriptor? BodyField { get; }

    /// <summary>The field of the response message that is the answer; null for the whole message.</summary>
    public FieldDescriptor? ResponseField { get; }

    internal IReadOnlyDictionary<string, FieldPath> PathFields { get; }

    public bool TakesBody => BodyIsWhole || BodyField is not null;

    /// <summary>The bindings of every rpc of these services, in the order of the contract.</summary>
    public static IReadOnlyList<Binding> Of(IEnumerable<ServiceDescriptor> services) =>
        [.. services.SelectMany(service => service.Methods).SelectMany(Of)];

    private static IEnumerable<Binding> Of(MethodDescriptor rpc)
    {
        if (rpc.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule)
            yield break;
        foreach (var each in rule.AdditionalBindings.Prepend(rule))
        {
            var (httpMethod, path) = Pattern(each, rpc);
            yield return new Binding(rpc, httpMethod, PathTemplate.Parse(path), each.Body, each.ResponseBody);
        }
    }

    private static (string HttpMethod, string Path) Pattern(HttpRule rule, MethodDescriptor rpc) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
        HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
        HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
        HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
        HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
        HttpRule.PatternOneofCase.Custom => (rule.Custom.Kind, rule.Custom.Path),
        _ => throw new FormatException($"{rpc.FullName}: a google.api.http rule without a path."),
    };

    private static FieldDescriptor Field(MessageDescriptor message, string name) =>
        message.FindFieldByName(name) ?? throw Missing(message, name);

    private static FormatException Missing(MessageDescriptor message, string name) =>
        new($"{message.FullName} has no field \"{name}\" that its google.api.http rule could bind.");
}

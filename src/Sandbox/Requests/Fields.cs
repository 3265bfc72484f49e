using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Requests;

/// <summary>Reads the fields of an admin request; null stands for a missing field, and a refusal names the wrong one.</summary>
internal static class Fields
{
    public static void CheckNames(this JObject body, params IReadOnlyCollection<string> known)
    {
        if (body.Properties().FirstOrDefault(p => !known.Contains(p.Name)) is { } unknown)
            throw new BadInputException(unknown.Name, $"'{unknown.Name}' is not a field of this request; the fields are {string.Join(", ", known)}");
    }

    public static int? Whole(this JObject body, string name, int least, int most) => Given(body, name) is not { } value ? null
        : value is JValue { Value: long number } && number >= least && number <= most ? (int)number
        : throw new BadInputException(name, $"'{name}' must be an integer from {least} to {most}");

    public static double? Number(this JObject body, string name, double least, double most) => Given(body, name) is not { } value ? null
        : value is JValue { Value: long or double or decimal } number && number.Value<double>() is var read && read >= least && read <= most ? read
        : throw new BadInputException(name, $"'{name}' must be a number from {least} to {most}");

    public static bool? Flag(this JObject body, string name) => Given(body, name) is not { } value ? null
        : value is JValue { Value: bool flag } ? flag
        : throw new BadInputException(name, $"'{name}' must be true or false");

    public static string? Text(this JObject body, string name) => Given(body, name) is not { } value ? null
        : value is JValue { Value: string text } ? text
        : throw new BadInputException(name, $"'{name}' must be a string");

    public static string? Word(this JObject body, string name, params IReadOnlyCollection<string> allowed) => Given(body, name) is not { } value ? null
        : value is JValue { Value: string word } && allowed.Contains(word) ? word
        : throw new BadInputException(name, $"'{name}' must be one of {string.Join(", ", allowed)}");

    private static JToken? Given(JObject body, string name) => body[name] is { Type: not JTokenType.Null } value ? value : null;
}

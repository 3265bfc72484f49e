namespace Pylon.Postgres;

/// <summary>A schema's name goes into SQL as text, so it is a plain identifier.</summary>
internal static class SchemaName
{
    public static string Check(string schema) =>
        schema.Length is > 0 and <= 63 && schema.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') && !char.IsAsciiDigit(schema[0])
            ? schema
            : throw new ArgumentException($"'{schema}' is not a schema name of small letters, digits and _", nameof(schema));
}

namespace Pylon.Insights.Inputs;

/// <summary>One input: its name on the wire, its bounds, and where it is in <see cref="Features"/>.</summary>
/// <param name="Name">For example distance_km.</param>
/// <param name="Type">number, text or flag.</param>
/// <param name="Min">The least number.</param>
/// <param name="Max">The greatest number.</param>
/// <param name="Get">decimal, string, bool or null.</param>
/// <param name="Set">The same with another value.</param>
internal sealed record Feature(
    string Name, FeatureType Type, decimal Min, decimal Max, Func<Features, object?> Get, Func<Features, object?, Features> Set)
{
    /// <summary>What is wrong with a value; null when nothing is.</summary>
    public string? Check(object value) => (Type, value) switch
    {
        (FeatureType.Number, decimal number) => number >= Min && number <= Max ? null : $"must be from {Min} to {Max}",
        (FeatureType.Number, _) => "must be a number",
        (FeatureType.Text, string text) => text.Length is >= 1 and <= FeatureNames.MaxText && !text.Any(char.IsControl) ? null : $"must have 1 to {FeatureNames.MaxText} characters and no control characters",
        (FeatureType.Text, _) => "must be a text",
        (FeatureType.Flag, bool) => null,
        _ => "must be true or false",
    };
}

/// <summary>What a feature holds.</summary>
internal enum FeatureType
{
    Number,
    Text,
    Flag,
}

using Microsoft.Extensions.Primitives;

namespace Pylon.Web.Frame;

/// <summary>What a reader has filled in: the fields of a form, or of the address. A missing one is empty.</summary>
public sealed class Given(IEnumerable<KeyValuePair<string, StringValues>> values)
{
    private readonly Dictionary<string, StringValues> _values = new(values, StringComparer.Ordinal);

    public string this[string name] => _values.GetValueOrDefault(name).ToString().Trim();

    public IReadOnlyList<string> All(string name) => [.. _values.GetValueOrDefault(name).OfType<string>()];

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Null when it is empty; <see cref="double.NaN"/> when it is no number, which every rule refuses.</summary>
    public double? Number(string name) => this[name] is not { Length: > 0 } text ? null : double.TryParse(text, out var number) ? number : double.NaN;

    /// <summary>Null when it is empty; -1 when it is no whole number, which every rule refuses.</summary>
    public int? Whole(string name) => this[name] is not { Length: > 0 } text ? null : int.TryParse(text, out var number) ? number : -1;
}

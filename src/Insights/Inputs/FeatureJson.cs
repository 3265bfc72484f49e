using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pylon.Insights.Inputs;

/// <summary>Features as JSON with the names of the wire: one text for equal features.</summary>
internal static class FeatureJson
{
    /// <summary>Names in a fixed order, numbers without zeros at their ends.</summary>
    public static string Canonical(Features features)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, features);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, Features features)
    {
        json.WriteStartObject();
        foreach (var (name, value) in FeatureNames.GivenIn(features))
        {
            json.WritePropertyName(name);
            if (value is decimal number)
                json.WriteRawValue(number.ToString("0.############################", CultureInfo.InvariantCulture));
            else if (value is bool flag)
                json.WriteBooleanValue(flag);
            else
                json.WriteStringValue((string)value);
        }

        if (features.Legs.Count > 0)
        {
            json.WriteStartArray(FeatureNames.Legs);
            foreach (var leg in features.Legs)
                Write(json, leg);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}

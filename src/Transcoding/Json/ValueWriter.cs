using System.Text.Json;

namespace Pylon.Transcoding.Json;

/// <summary>Writes a value of a field.</summary>
internal delegate void ValueWriter(Utf8JsonWriter json, object value);

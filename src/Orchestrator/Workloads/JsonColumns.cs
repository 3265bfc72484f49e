using System.Data;
using System.Text.Json;
using Dapper;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Pylon.Common.V1;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Columns whose JSON is read with their row, so that a row with other JSON cannot be read.</summary>
internal static class JsonColumns
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>A column of proto3 JSON.</summary>
    public sealed class Message<T> : ReadOnly<T>
        where T : IMessage, new()
    {
        public override T Parse(object value) => Stored<T>((string)value);
    }

    /// <summary>An array of proto3 JSON.</summary>
    public sealed class Alerts : ReadOnly<GridAlert[]>
    {
        public override GridAlert[] Parse(object value) => [.. ((string[])value).Select(Stored<GridAlert>)];
    }

    /// <summary>An object of texts.</summary>
    public sealed class Texts : ReadOnly<MapField<string, string>>
    {
        public override MapField<string, string> Parse(object value) => new() { JsonSerializer.Deserialize<Dictionary<string, string>>((string)value)! };
    }

    public abstract class ReadOnly<T> : SqlMapper.TypeHandler<T>
    {
        public sealed override void SetValue(IDbDataParameter parameter, T? value) => throw new NotSupportedException();
    }

    private static T Stored<T>(string json)
        where T : IMessage, new() => Parser.Parse<T>(json);
}

using System.CommandLine;
using Google.Protobuf;
using Pylon.Cli.Output;
using Pylon.Client;

namespace Pylon.Cli.Commands;

/// <summary>One run of a verb.</summary>
internal sealed record Call(ParseResult Parsed, PylonClient Client, Screen Screen, bool Json, CancellationToken CancellationToken)
{
    public T? Value<T>(Option<T> option) => Parsed.GetValue(option);

    public T? Value<T>(Argument<T> argument) => Parsed.GetValue(argument);

    public T Required<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    /// <summary>The message as JSON, or as the text of <paramref name="show"/>.</summary>
    public void Show<T>(T message, Action<T> show)
        where T : IMessage
    {
        if (Json)
            Screen.Json(message);
        else
            show(message);
    }

    /// <summary>The messages as JSON, or a table with a row for each, or the sentence that says that there are none.</summary>
    public void Show<T>(IReadOnlyCollection<T> messages, Func<IEnumerable<T>, Sheet> table, string none)
        where T : IMessage
    {
        if (Json)
            Screen.JsonList(messages.Cast<IMessage>());
        else if (messages.Count == 0)
            Screen.Line(none);
        else
            Screen.Show(table(messages));
    }
}

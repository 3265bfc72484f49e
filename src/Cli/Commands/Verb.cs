using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pylon.Cli.Commands;

/// <summary>A command with an example in its help.</summary>
/// <param name="example">What one types behind ./pylon.</param>
internal sealed class Verb(string name, string description, string example) : Command(name, description)
{
    /// <summary>An id in an example.</summary>
    public const string SampleId = "0199c2f4-7d53-7c0e-9b42-0c5b7f3f2a11";

    /// <inheritdoc cref="Verb" path="/param[@name='example']"/>
    public string Example { get; } = example;

    /// <summary>The option that every verb about Pylon's data has.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON and nothing else" };

    /// <summary>Refuses options that would mean nothing.</summary>
    /// <param name="words">Where they mean something, behind "is only allowed".</param>
    public void Only(Func<CommandResult, bool> where, string words, params ReadOnlySpan<Option> options)
    {
        foreach (var option in options)
        {
            Validators.Add(result =>
            {
                if (result.GetResult(option) is { Implicit: false } && !where(result))
                    result.AddError($"{option.Name}: is only allowed {words}");
            });
        }
    }

    /// <summary>Runs with a client; the verb gets the option --json.</summary>
    public Verb Calls(CommandContext context, Func<Call, Task<int>> run)
    {
        Add(Json);
        SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Connect();
            return await run(new Call(parsed, client, context.Screen, parsed.GetValue(Json), cancellationToken));
        });
        return this;
    }

    /// <inheritdoc cref="Calls(CommandContext, Func{Call, Task{int}})"/>
    public Verb Calls(CommandContext context, Func<Call, Task> run) => Calls(context, async call =>
    {
        await run(call);
        return Output.ExitCode.Done;
    });
}

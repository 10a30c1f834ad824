using System.Buffers;
using System.Text;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>A tiny object whose calls, answers and state are texts: <c>write(1)</c> answers <c>ok</c>.</summary>
internal abstract class TextModel : ISequentialModel
{
    private string _state = "";

    /// <summary>The names of the calls that have no effect.</summary>
    protected abstract string[] Queries { get; }

    /// <summary>The calls of random histories: <c>%</c> stands for a small number.</summary>
    internal abstract string[] Samples { get; }

    protected virtual string Initial => "";

    internal static TextModel Named(string name) => name switch
    {
        "register" => new Register(),
        "counter" => new Counter(),
        "queue" => new TextQueue(),
        "set" => new TextSet(),
        "keys" => new Keys(),
        _ => throw new ArgumentException($"no model is named '{name}'"),
    };

    internal Invocation Call(string text) => new(classId: 0, entryId: 0, Encoding.UTF8.GetBytes(text), isQuery: Queries.Contains(text.Split('(')[0]));

    internal string Answer(string state, string call, out string next)
    {
        string[] words = call.TrimEnd(')').Split('(', ',');
        (next, string answer) = Run(state, words[0], words[1..]);
        return answer;
    }

    internal string Start() => Initial;

    public void Reset() => _state = Initial;

    public Response Run(Operation operation) => Response.Returned(Encoding.UTF8.GetBytes(Answer(_state, Text(operation.Invocation), out _state)));

    public void Save(IBufferWriter<byte> state) => state.Write(Encoding.UTF8.GetBytes(_state));

    public void Load(ReadOnlySpan<byte> state) => _state = Encoding.UTF8.GetString(state);

    public string Describe(in Invocation invocation) => Text(invocation);

    public string Describe(in Invocation invocation, in Response response) => Encoding.UTF8.GetString(response.Bytes.Span);

    internal static string Text(in Invocation invocation) => Encoding.UTF8.GetString(invocation.Arguments.Span);

    protected abstract (string State, string Answer) Run(string state, string name, string[] with);
}

using System.Globalization;
using System.Text;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>
/// A history that can be read alone. A line is a call: client, call, when it was invoked, when it returned, what the client was told, and the zxid where one
/// is known.
/// <code>
/// 1  write(5)   0  3   ok            returned at 3
/// 2  write(6)   1  ?   ?             its outcome is unknown
/// 3  write(7)   2  4   failed        certainly never executed
/// 1  read()     4  5   5      @2     read the state at 1/2
/// </code>
/// </summary>
internal sealed record Story(string Reason, string Model, string Lines)
{
    internal TextModel NewModel() => TextModel.Named(Model);

    internal CallHistory History()
    {
        TextModel model = NewModel();
        var history = new CallHistory();
        foreach (string line in Lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int id = history.Invoke(Number(words[0]), model.Call(words[1]), Number(words[2]));
            if (words[4] == "?") history.Unknown(id);
            else if (words[4] == "failed") history.Fail(id, Number(words[3]));
            else history.Return(id, Number(words[3]), Response.Returned(Encoding.UTF8.GetBytes(words[4])));
            if (words.Length > 5) history.Applied(id, new AppliedAt(new Zxid(1, (uint)Number(words[5][1..]))));
        }

        return history;
    }

    public override string ToString() => Reason;

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}

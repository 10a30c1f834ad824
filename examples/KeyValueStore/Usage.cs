namespace KeyValueStore;

/// <summary>How the program is started and called.</summary>
internal static class Usage
{
    internal const string CommandLine = """
        KeyValueStore                          three servers in this process, HTTP on http://127.0.0.1:5080
        KeyValueStore --server-id N ...        one server of an ensemble of processes

          --server-id N                        which server of the list this one is
          --servers "1=host:port,2=host:port,3=host:port,4=host:port;observer"
          --data DIR                           where log and snapshots are kept (default: data)
          --http URL                           where HTTP is served (default: http://127.0.0.1:5080)
          --snapshot-every BYTES               log between two snapshots (default: 64 MiB)
          --init NAME                          found the ensemble NAME in the fresh directory --data, and end
          --log LEVEL                          what the servers tell (default: Warning)
        """;

    internal const string Http = """
        PUT    /kv/{key}                                  the body becomes the value, up to 1 MiB
        GET    /kv/{key}?read=linearizable|session|local&at-least=2/7
        DELETE /kv/{key}
        POST   /kv/{key}/cas?expected=TEXT                or expected-base64=; absent: the key must not exist
        POST   /kv/{key}/increment?by=N
        POST   /sessions                                  then Zab-Session and Zab-Request: 1, 2, 3 ... make a write repeatable
        GET    /status?server=N

        """;
}

/* A Modbus TCP server on libmodbus, for tests/equipment/modbus/test_libmodbus.py: one client after the other, at a port
   of loopback that the system chooses and that is printed. Some addresses misbehave, as those of libmodbus' own test
   server do: holding registers 900 is busy, 901 answers late, 902 answers byte by byte, 903 to another transaction. */

#include <arpa/inet.h>
#include <errno.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUSY = 900, LATE, IN_BYTES, OTHER_TRANSACTION, SOME = 1000 };

static void in_bytes(int client, const uint8_t *query) {
    uint8_t answer[] = {query[0], query[1], 0, 0, 0, 5, query[6], 3, 2, 0x12, 0x34};
    for (size_t i = 0; i < sizeof answer; i++) {
        usleep(2000);
        if (write(client, answer + i, 1) != 1)
            return;
    }
}

static void serve(modbus_t *context, modbus_mapping_t *tables, int client) {
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        int length = modbus_receive(context, query);
        if (length == -1)
            return;
        int function = query[7], address = query[8] << 8 | query[9];
        if (function != 3)
            address = -1;
        if (address == BUSY) {
            modbus_reply_exception(context, query, MODBUS_EXCEPTION_SLAVE_OR_SERVER_BUSY);
        } else if (address == IN_BYTES) {
            in_bytes(client, query);
        } else {
            if (address == LATE)
                usleep(400000);
            if (address == OTHER_TRANSACTION)
                query[1] ^= 0x55;
            modbus_reply(context, query, length, tables);
        }
    }
}

int main(void) {
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *tables = modbus_mapping_new(100, 100, SOME, 100);
    int listener = modbus_tcp_listen(context, 4), client;
    struct sockaddr_in bound;
    socklen_t size = sizeof bound;
    if (listener == -1 || getsockname(listener, (struct sockaddr *)&bound, &size) == -1)
        return 1;
    for (int i = 0; i < 100; i++) {
        tables->tab_input_registers[i] = 1000 + i;
        tables->tab_input_bits[i] = i % 3 == 0;
    }
    printf("%d\n", ntohs(bound.sin_port));
    fflush(stdout);
    while ((client = modbus_tcp_accept(context, &listener)) != -1) {
        serve(context, tables, client);
        close(client);
    }
    return 0;
}
